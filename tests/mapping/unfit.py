"""Why a value does not fit a type."""

from typing import Any

import pytest

from syncline.mapping.field_type import FieldType, Unfit


def reason(kind: FieldType, value: Any) -> str:
    with pytest.raises(Unfit) as caught:
        kind.normal(value)
    return caught.value.reason


def or_unfit(form: Any, *args: Any) -> str | None:
    try:
        return str(form(*args))
    except Unfit:
        return None
