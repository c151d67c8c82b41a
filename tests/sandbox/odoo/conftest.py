from collections.abc import Iterator

import pytest

from .calling import WIRES, Odoo, opened, over_json2


@pytest.fixture(params=WIRES)
def every(request: pytest.FixtureRequest) -> Iterator[Odoo]:
    """Each version over each of its wires."""
    version, ask = WIRES[request.param]
    odoo = opened(version, ask)
    yield odoo
    odoo.sandbox.store.close()


@pytest.fixture
def odoo() -> Iterator[Odoo]:
    """The newest version over JSON-2."""
    odoo = opened(19, over_json2)
    yield odoo
    odoo.sandbox.store.close()
