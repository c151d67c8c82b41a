"""Lists that lag by a constant time show exactly what there was that long ago, whatever happened since."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syncline.sandbox.store import Store, field

LAG = 7
STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["save", "save", "archive", "restore", "drop"]), st.integers(1, 2)),
    min_size=6,
    max_size=20,
)
State = dict[int, int]


def played(store: Store, steps: list[tuple[int, str, int]]) -> list[tuple[int, State]]:
    """Does the steps; the living rows with their numbers after each moment."""
    now, told = 0, [(0, State())]
    for number, (wait, what, id) in enumerate(steps):
        now += wait
        row = store.get("notes", id)
        if row is None:
            if what == "save":
                store.insert("notes", id, {"n": number}, now, now + LAG)
        elif what == "save":
            store.write("notes", replace(row, values={"n": number}, changed=now), now + LAG)
        elif what == "drop":
            store.drop("notes", id, now + LAG)
        else:
            store.write("notes", replace(row, archived=now if what == "archive" else None), now + LAG)
        told.append((now, {row.id: row.values["n"] for row in store.select("notes")}))
    return told


@given(STEPS, st.integers(0, 24))
def test_what_lists_show_is_what_there_was(steps: list[tuple[int, str, int]], threshold: int) -> None:
    store = Store()
    told = played(store, steps)
    for at in range(told[-1][0], told[-1][0] + LAG + 2):
        expected = [state for then, state in told if then <= at - LAG]
        shown = {row.id: row.values["n"] for row in store.select("notes", at=at)}
        assert shown == (expected[-1] if expected else {})
        newer = (f"{field('n')} >= ?", (threshold,))
        assert store.count("notes", *newer, at=at) == sum(n >= threshold for n in shown.values())
        assert len(store.select("notes", *newer, at=at)) == store.count("notes", *newer, at=at)
    store.close()
