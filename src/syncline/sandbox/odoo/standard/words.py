"""The words in which models are written down."""

from __future__ import annotations

from typing import Any

from syncline.sandbox.odoo.field import Field
from syncline.sandbox.odoo.model import Model


def char(name: str, label: str = "", **more: Any) -> Field:
    """One line of text."""
    return Field(name=name, type="char", label=label, **more)


def text(name: str, label: str = "", **more: Any) -> Field:
    """Many lines of text."""
    return Field(name=name, type="text", label=label, **more)


def html(name: str, label: str = "", **more: Any) -> Field:
    """Text with marks."""
    return Field(name=name, type="html", label=label, **more)


def whole(name: str, label: str = "", **more: Any) -> Field:
    """A whole number."""
    return Field(name=name, type="integer", label=label, **more)


def number(name: str, label: str = "", digits: int | None = 2, **more: Any) -> Field:
    """A number with so many decimal places."""
    return Field(name=name, type="float", label=label, digits=digits, **more)


def money(name: str, label: str = "", **more: Any) -> Field:
    """An amount in the record's currency."""
    return Field(name=name, type="monetary", label=label, **more)


def flag(name: str, label: str = "", **more: Any) -> Field:
    """Yes or no."""
    return Field(name=name, type="boolean", label=label, **more)


def day(name: str, label: str = "", **more: Any) -> Field:
    """A date."""
    return Field(name=name, type="date", label=label, **more)


def moment(name: str, label: str = "", **more: Any) -> Field:
    """A date with time, in UTC."""
    return Field(name=name, type="datetime", label=label, **more)


def choice(name: str, keys: str, label: str = "", **more: Any) -> Field:
    """One of some keys, written with spaces between."""
    options = tuple(
        (key.replace("+", " "), key.replace("+", " ").replace("_", " ").capitalize()) for key in keys.split()
    )
    return Field(name=name, type="selection", label=label, options=options, **more)


def one(name: str, relation: str, label: str = "", **more: Any) -> Field:
    """A record of another model."""
    return Field(name=name, type="many2one", relation=relation, label=label, **more)


def many(name: str, relation: str, label: str = "", **more: Any) -> Field:
    """Records of another model."""
    return Field(name=name, type="many2many", relation=relation, label=label, **more)


def listed(name: str, relation: str, inverse: str, label: str = "", **more: Any) -> Field:
    """Records of another model that point here."""
    return Field(name=name, type="one2many", relation=relation, inverse=inverse, label=label, **more)


def active() -> Field:
    """What archived records have not."""
    return flag("active", default=True)


def model(name: str, label: str, version: int, *fields: Field, **rules: Any) -> Model:
    """A model with the fields that this version has, and those that every model has."""
    every = (
        whole("id", "ID", settled=True),
        char("display_name", settled=True),
        moment("create_date", "Created on", settled=True),
        moment("write_date", "Last Updated on", settled=True),
        one("create_uid", "res.users", "Created by", settled=True),
        one("write_uid", "res.users", "Last Updated by", settled=True),
    )
    held = {each.name: each for each in (*every, *fields) if each.since <= version <= each.until}
    return Model(name=name, label=label, fields=held, **rules)
