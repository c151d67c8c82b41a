"""The decision table, kept here as data: who moved, under which policy, and what comes of it."""

import pytest

from merge.kit import Scene, plain

NOBODY, LEFT, BOTH, SAME, SHOP_ONLY = "nobody", "the hub", "both", "both alike", "the shop"

# The field was `old` everywhere. Crm makes it `ours` (the hub moved), the shop `theirs`.
#   policy, who moved -> the record, the entries the shop's look makes, what the shop is due
OURS = {"name": "ours"}
OLD = {"name": "old"}
EVERY = {
    NOBODY: ("old", [], {}),
    LEFT: ("ours", [], OURS),
    SAME: ("ours", [], {}),
}
TABLE = [
    # the shop's change came at the same time: the order of systems decides for crm
    ({}, BOTH, ("ours", ["conflict-lost"], OURS)),
    ({}, SHOP_ONLY, ("theirs", ["taken"], {})),
    # later, as the last look without it tells
    ({"later": True}, BOTH, ("theirs", ["conflict-lost", "taken"], {})),
    ({"policy": "manual"}, BOTH, ("ours", ["conflict"], {})),
    ({"policy": "manual", "later": True}, BOTH, ("ours", ["conflict"], {})),
    ({"policy": "manual"}, SHOP_ONLY, ("theirs", ["taken"], {})),
    ({"policy": "truth", "truth": "shop"}, BOTH, ("theirs", ["taken"], {})),
    ({"policy": "truth", "truth": "shop"}, SHOP_ONLY, ("theirs", ["taken"], {})),
    ({"policy": "truth", "truth": "crm"}, BOTH, ("ours", ["refused"], OURS)),
    ({"policy": "truth", "truth": "crm", "later": True}, BOTH, ("ours", ["refused"], OURS)),
    ({"policy": "truth", "truth": "crm"}, SHOP_ONLY, ("old", ["refused"], OLD)),
    ({"policy": "truth", "truth": "hub"}, SHOP_ONLY, ("old", ["refused"], OLD)),
    ({"policy": "longest"}, BOTH, ("theirs", ["taken"], {})),
    ({"policy": "longest"}, SHOP_ONLY, ("theirs", ["taken"], {})),
    ({"policy": "first-set"}, BOTH, ("ours", ["merged"], OURS)),
    ({"policy": "first-set"}, SHOP_ONLY, ("theirs", ["taken"], {})),
    ({"policy": "append"}, BOTH, ("ours", ["conflict"], {})),
]
PLAIN_POLICIES = ({}, {"policy": "manual"}, {"policy": "truth", "truth": "crm"}, {"policy": "longest"})
TABLE += [(policy, who, outcome) for policy in PLAIN_POLICIES for who, outcome in EVERY.items()]


@pytest.mark.parametrize(("policy", "who", "outcome"), TABLE)
def test_what_comes_of_a_look(policy, who, outcome):
    policy = dict(policy)
    later = policy.pop("later", False)
    scene = Scene(plain(**policy)).agreed("crm" if policy.get("truth") == "crm" else "erp", name="old")
    if who in (LEFT, BOTH, SAME):
        scene.sees("crm", **OURS)
    if policy.get("truth") == "shop":
        assert scene.value() == "old"  # refused already
    if later:
        scene.sees("shop")
    entries = len(scene.case.entries)
    scene.sees("shop", name={BOTH: "theirs", SHOP_ONLY: "theirs", SAME: "OURS"}.get(who, "old"))
    record, kinds, due = outcome
    assert scene.value() == record
    assert scene.kinds()[entries:] == kinds
    assert scene.due("shop") == due


@pytest.mark.parametrize(("empty", "who", "record"), [
    ("keep", SHOP_ONLY, "old"), ("clear", SHOP_ONLY, None), ("keep", BOTH, "ours"), ("clear", BOTH, "ours"),
])  # fmt: skip
def test_what_comes_of_a_blank(empty, who, record):
    scene = Scene(plain(empty=empty)).agreed("erp", name="old")
    if who == BOTH:
        scene.sees("crm", **OURS)
    scene.sees("shop", name=None)
    assert scene.value() == record
    assert scene.kinds()[-1] == ("blank-refused" if empty == "keep" else "conflict-lost" if who == BOTH else "taken")
