"""An audit as a page: nothing that a system holds becomes markup, a script, an address or a turned line."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from audit_report import HOSTILE, SCRIPT, STEERS, TURNED, report

from syncline.look.audit_page import PERSONAL, page
from syncline.look.html import el, link


class Tags(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def made() -> Tags:
    found = Tags()
    found.feed(page(report(), "Europe/Vienna"))
    return found


def test_every_element_is_closed_and_is_one_of_ours(made: Tags) -> None:
    assert made.open == []
    known = {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "b", "div", "ul", "li", "code",
        "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "span", "svg", "rect", "br", "bdi", "a",
    }  # fmt: skip
    assert {tag for tag, _ in made.tags} <= known


def test_hostile_words_are_text_and_nothing_else(made: Tags) -> None:
    assert SCRIPT in made.text
    assert "{{7*7}}" in made.text
    names = {name for _, attributes in made.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert "style" not in names, "the policy would not let it work"
    text = page(report(), "UTC")
    for sign in (*TURNED, *STEERS):
        assert sign.isprintable() or sign not in text


def test_only_web_pages_are_links_and_they_tell_nobody_where_one_came_from(made: Tags) -> None:
    links = [attributes for tag, attributes in made.tags if tag == "a"]
    assert {one["href"] for one in links} == {"https://erp.example/contact/7?a=1&b=2"}
    assert {one["rel"] for one in links} == {"noopener noreferrer"}
    assert ("meta", {"name": "referrer", "content": "no-referrer"}) in made.tags
    assert link("JavaScript:alert(1)", "x") == "<bdi>x</bdi>"
    assert link(" https://x.example", "x") == "<bdi>x</bdi>"
    assert link(None, "x") == "<bdi>x</bdi>"


def test_the_page_loads_nothing_and_its_policy_fits_its_style(made: Tags) -> None:
    text = page(report(), "UTC")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policy = next(str(a["content"]) for _, a in made.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert f"'sha256-{digest}'" in policy
    assert "script-src" not in policy
    assert not re.search(r"url\(|@import|src=", text)
    assert not {a.get("name") for tag, a in made.tags if tag == "script"}


def test_it_says_what_it_holds_and_what_to_do(made: Tags) -> None:
    assert PERSONAL in made.text
    assert "Going live would create 1, update 2, leave 5 open; 3 calls, about 67 min at your quota." in made.text
    assert "Is another integration still on?" in made.text
    assert "Not read to the end" in made.text


def test_an_attribute_cannot_be_left() -> None:
    assert el("p", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;"></p>'
    assert el("p", None, 3, el("b", "<")) == "<p>3<b>&lt;</b></p>"


def test_a_phone_reads_each_cell_with_its_name(made: Tags) -> None:
    cells = [attributes for tag, attributes in made.tags if tag == "td"]
    assert {"only crm", "in both", "equal", "differ"} <= {one.get("data-is") for one in cells}
    assert len(HOSTILE) == len(set(HOSTILE))
