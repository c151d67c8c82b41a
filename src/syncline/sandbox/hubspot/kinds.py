"""HubSpot's kinds of objects: names, type ids, and what is peculiar to each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of object.

    stamp:    the property that says when it was last changed. shown: the properties of an answer that asks for none.
    searched: the properties that a search's free text looks at. required: a create without them is refused.
    merges:   may two of them be merged? pipeline, stage: the properties that place it in a pipeline.
    """

    name: str
    one: str
    type_id: str
    stamp: str = "hs_lastmodifieddate"
    shown: tuple[str, ...] = ()
    searched: tuple[str, ...] = ("name",)
    required: tuple[str, ...] = ()
    merges: bool = False
    pipeline: str | None = None
    stage: str | None = None

    @property
    def by_default(self) -> tuple[str, ...]:
        """What an answer holds that asks for nothing."""
        return (*self.shown, "createdate", self.stamp, "hs_object_id")


KINDS = (
    Kind(
        name="contacts",
        one="contact",
        type_id="0-1",
        stamp="lastmodifieddate",
        merges=True,
        shown=("firstname", "lastname", "email"),
        searched=("firstname", "lastname", "email", "hs_additional_emails", "phone", "company"),
    ),
    Kind(
        name="companies",
        one="company",
        type_id="0-2",
        merges=True,
        shown=("name", "domain"),
        searched=("name", "domain", "phone", "website"),
    ),
    Kind(
        name="deals",
        one="deal",
        type_id="0-3",
        merges=True,
        shown=("dealname", "amount", "closedate", "pipeline", "dealstage"),
        searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
        required=("dealname", "dealstage"),
        pipeline="pipeline",
        stage="dealstage",
    ),
    Kind(
        name="tickets",
        one="ticket",
        type_id="0-5",
        merges=True,
        shown=("subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority"),
        searched=("subject", "content", "hs_ticket_category"),
        pipeline="hs_pipeline",
        stage="hs_pipeline_stage",
    ),
    Kind(
        name="products",
        one="product",
        type_id="0-7",
        shown=("name", "description", "price"),
        searched=("name", "hs_sku", "description"),
        required=("name",),
    ),
    Kind(name="line_items", one="line_item", type_id="0-8", shown=("name", "quantity", "amount", "price")),
    Kind(
        name="quotes",
        one="quote",
        type_id="0-14",
        shown=("hs_title", "hs_expiration_date", "hs_status"),
        searched=("hs_title",),
        required=("hs_title", "hs_expiration_date"),
    ),
)

BY_NAME = {name: kind for kind in KINDS for name in (kind.name, kind.one, kind.type_id)}
"""A path may say `contacts`, `contact` or `0-1`."""
