"""What a system holds is shown in words, and steers nothing."""

import pytest

from syncline.look.said import in_words, readable, shortened


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\u202eb", r"a\u202eb"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("one\ntwo\tthree", "one two three"),
        ("bell\x07", r"bell\x07"),
        ("Zoë Ünal 李", "Zoë Ünal 李"),
        ("\u00a0", repr("\u00a0")),
    ],
)
def test_signs_that_steer_are_shown_and_do_nothing(held: str, shown: str) -> None:
    assert in_words(held, "text", "UTC") == shown


def test_letters_of_every_script_stay_as_they_are() -> None:
    for text in ("שלום", "مرحبا", "नमस्ते", "می‌خواهم", "👩‍👩‍👧"):
        assert readable(text) == text


def test_what_is_long_is_cut_and_says_so() -> None:
    assert shortened("x" * 200) == "x" * 200
    assert shortened("x" * 201) == "x" * 199 + "…"
