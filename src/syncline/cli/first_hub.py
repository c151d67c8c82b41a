"""The text of a first hub.yaml, with what it needs and with an example of each kind of thing one may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syncline.connect.template import Setup, Template

WIDTH = 44
"""Where remarks begin."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A system to be. url: its sandbox's address, where it is one. variable: of its secret; None: it needs none."""

    name: str
    connector: str
    roles: tuple[str, ...]
    template: Template | None
    variable: str | None
    url: str | None = None

    @property
    def setup(self) -> Setup | None:
        """What its connector says of it."""
        return None if self.template is None else self.template.setup


def hub_yaml(hub: str, systems: Sequence[Chosen], patterns: Sequence[str]) -> str:
    """The file. Everything that is commented out may be taken in as it stands."""
    return "\n".join([*head(hub), *systems_of(systems), *patterns_of(patterns), *examples(systems, patterns), ""])


def env_example(systems: Sequence[Chosen], *, filled: bool = False) -> str:
    """The variables that the file names, with where to get each. `filled`: with the secrets of sandboxes."""
    lines = ["# Copy this to .env, which stays on this machine and out of version control: chmod 600 .env"]
    for one in systems:
        if one.variable is None:
            continue
        where = one.setup.secret[1] if one.setup is not None and one.setup.secret is not None else ()
        given = one.setup.sandbox[2] if filled and one.setup is not None and one.setup.sandbox is not None else ""
        lines += ["", *(f"# {line}" for line in where), f"{one.variable}={given}"]
    return "\n".join([*lines, ""])


def said(text: str, why: str) -> str:
    """A line and its remark."""
    return f"{text:<{WIDTH}} # {why}"


# ---- its parts
def head(hub: str) -> Iterator[str]:
    """What the hub is."""
    yield "# What Syncline keeps in agreement. All keys: docs/hub-yaml.md. Is it right? syncline check"
    yield f"hub: {hub}"
    yield said("mode: read-only", "read-only looks; approve: plans wait for a person; live writes")
    yield said("zone: UTC", "the company's, as Europe/Berlin")
    yield said("currency: EUR", "of amounts that name none")


def systems_of(systems: Sequence[Chosen]) -> Iterator[str]:
    """Each with what it needs; secrets are named, and never here."""
    yield ""
    yield said("systems:", "of edits in the same moment the first system's counts")
    for one in systems:
        yield f"  {one.name}:"
        yield f"    connector: {one.connector}"
        yield said(f"    roles: [{', '.join(one.roles)}]", f"docs/connectors/{one.connector}.md")
        yield from keys_of(one)
        if one.variable is not None:
            yield said(f'    secret: "${{{one.variable}}}"', "from .env, see .env.example; or vault: syncline connect")
    hosts = [one.url.partition("//")[2] for one in systems if one.url is not None]
    if hosts:
        yield ""
        yield "egress:"
        yield said(f"  allow: [{', '.join(quoted(one) for one in hosts)}]", "sandboxes on this machine")


def keys_of(one: Chosen) -> Iterator[str]:
    """The connector's own keys."""
    if one.url is not None:
        yield said(f"    url: {quoted(one.url)}", "its sandbox")
        for key, value in one.setup.sandbox[1].items() if one.setup is not None and one.setup.sandbox else ():
            yield f"    {key}: {value}"
        return
    for key, value, why in one.setup.keys if one.setup is not None else ():
        yield said(f"    {key}: {quoted(value.format(name=one.name))}", why)


def patterns_of(patterns: Sequence[str]) -> Iterator[str]:
    """The patterns, with where they are described."""
    if patterns:
        yield ""
        yield said("patterns:", "what they say, line by line: syncline check --explain")
    for name in patterns:
        yield said(f"  {name}: {{}}", f"docs/patterns/{name}.md")


def quoted(text: str) -> str:
    """As YAML takes it whatever it holds."""
    return f'"{text}"'


# ---- examples
def examples(systems: Sequence[Chosen], patterns: Sequence[str]) -> Iterator[str]:
    """One of each kind, for what the pattern declares; without a pattern there is nothing to override."""
    role = {one.roles[0]: one for one in reversed(systems) if one.roles}
    if "crm-erp" not in patterns or not {"crm", "erp"} <= role.keys():
        return
    yield ""
    yield "# What you say here wins over the pattern. An example of each kind; take the `# ` away:"
    yield from (f"# {line}" for line in of_crm_erp(role))


def of_crm_erp(role: Mapping[str, Chosen]) -> Iterator[str]:
    """Examples for a CRM and an ERP, in the streams of their templates."""
    crm, erp = role["crm"], role["erp"]
    here, there = stream_of(crm), stream_of(erp)
    yield said("create:", "where a record may be born; else it is matched or left alone")
    yield f'  account: {{{erp.name}: "won_deals > 0 AND domain IS NOT NULL"}}'
    yield "fields:"
    yield said(f"  account.name: {{truth: {crm.name}}}", "whose word counts: a system's, origin's, or nobody's:")
    yield said("  account.phone: {policy: manual}", "changed on both sides: a person chooses")
    yield said("  contact.phone: {empty: clear}", "what somebody empties is emptied everywhere")
    yield said("  account.sales_region:", "a field of your own, with names of its own in each system")
    yield "    type: enum"
    yield f"    truth: {erp.name}"
    yield "    at:"
    yield f"      {crm.name}: {{field: {here}.sales_region, custom: true}}"
    yield f"      {erp.name}: {{field: {there}.x_sales_region, custom: true}}"
    yield "    values:"
    yield f'      north: {{{crm.name}: "Region North", {erp.name}: N}}'
    yield f'      south: {{{crm.name}: "Region South", {erp.name}: S}}'
    yield said("  account.good_customer:", "computed here, told to a field of your own")
    yield "    type: boolean"
    yield '    is: "won_deals >= 3"'
    yield f"    at: {{{crm.name}: {{field: {here}.good_customer, custom: true}}}}"
    yield "entities:"
    yield said("  contact:", "approve: what is written waits for a person")
    yield f"    {{mode: approve, on_delete: {{{erp.name}: unlink}}, settle_after: 30s}}"
    yield "rules:"
    yield said('  won_deal_becomes_order: {if: "amount >= 100"}', "a rule of the pattern, with a condition")
    yield "first_sync:"
    yield said("  differ: newest", "existing records that differ when they first meet")
    yield "people:"
    yield said("  unmatched: leave-blank", "a salesperson whom the other system does not know")


def stream_of(one: Chosen) -> str:
    """The stream of its accounts, by where their name stands."""
    place = one.template.at.get("account", {}).get("name") if one.template is not None else None
    return str(place).rpartition(".")[0] if isinstance(place, str) else "account"
