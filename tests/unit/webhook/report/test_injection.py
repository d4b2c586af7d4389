import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from jobs.picture.letters import shown
from tests.tale import Tale
from tests.unit.webhook.report.papers import of_tale, parsed, rows, seen, tokens
from webhook.report.marks import fenced, marked

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>owned</h1>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "https://evil.example/x",
    "www.evil.example",
    "a | b | c",
    "a\\| b \\| c",
    "`code` ``more`` ```fence```",
    "line\n\n# heading\n- item\n> quote",
    "line\r\n| a | b |\r\n|---|---|",
    "**bold** _em_ ~~gone~~ $x$",
    "- item",
    "1. item",
    "[ref]: https://evil.example",
    "&lt;b&gt; &amp; &#124;",
    "{{ 7 * 7 }} {% raw %}",
    "\x1b[31mred\x07 \u202eturned\u2066 \x00",
    "'\"><svg/onload=alert(1)>",
    "-->",
]
OURS = {"link_open", "image", "html_inline", "html_block", "em_open", "s_open", "ordered_list_open"}
"""What Markdown of ours never holds, so that any such token came from a foreign word."""


def told(evil: str) -> Tale:
    """The same words wherever somebody else may choose them."""
    tale = Tale().key(0, None).opened(0.1, before=evil, why=evil).key(2, evil)
    tale.verdict(0.2, "unknown", evil).verdict(2.1, "confirmed", evil, member=evil)
    tale.planned(2.2, "web1").host(
        3, "web1", outcome="failed", restarted=(evil,), reason=evil, remedy=evil, member=evil
    )
    tale.host(4, "web1", restarted=(evil,), member=evil).alarm(4.5, evil, evil)
    return tale.acknowledged(5, evil, evil).concluded(6, 5.9, evil)


@pytest.mark.parametrize("evil", ATTACKS)
def test_html_shows_it_as_words(evil: str) -> None:
    """No foreign word becomes an element, an attribute or an address, and every one is readable."""
    harmless, document = seen(*of_tale(told("pg1"))), seen(*of_tale(told(evil)))
    assert [
        tag for tag, _ in document.elements if tag in {"script", "img", "a", "iframe", "b"}
    ] == [tag for tag, _ in harmless.elements if tag in {"script", "img", "a", "iframe", "b"}]
    names = {name for _, attributes in document.elements for name in attributes}
    assert names == {name for _, attributes in harmless.elements for name in attributes}
    assert shown(evil) in "".join(document.words)


@pytest.mark.parametrize("evil", ATTACKS)
def test_markdown_shows_it_as_words(evil: str) -> None:
    """No foreign word becomes a link, an image, HTML, emphasis, a heading, or a column."""
    harmless, found = tokens(*of_tale(told("pg1"))), tokens(*of_tale(told(evil)))
    assert not OURS & {t.type for t in found}
    for type_ in ("heading_open", "code_inline", "fence", "list_item_open", "tr_open", "hr"):
        assert count(found, type_) == count(harmless, type_)
    widths = [len(row) for row in rows(found)]
    assert widths == [len(row) for row in rows(harmless)]
    assert any(shown(evil) in cell for row in rows(found) for cell in row)


def count(found: list[Token], type_: str) -> int:
    return sum(t.type == type_ for t in found)


@given(
    text=st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("|\\`*_[]()<>!#&~$-.:@\n")), max_size=40
    )
)
def test_any_text_survives_in_a_cell(text: str) -> None:
    """Whatever is written into a table's cell is read there again, unchanged, and nowhere else."""
    table = rows(parsed(f"| a | b |\n| --- | --- |\n| x{marked(text)}x | y |\n"))
    assert table == [["a", "b"], [f"x{shown(text)}x".strip(), "y"]]


@given(text=st.text(alphabet=st.sampled_from("ahtpsw.:/@ www.http://"), max_size=20))
def test_no_address_is_left_to_be_linked(text: str) -> None:
    """Readers that link bare addresses find none: each has an entity within its start."""
    assert not re.search(r"(?i)://|www\.|@", marked(text))


@given(text=st.text(alphabet=st.sampled_from("`~ab\n"), max_size=30))
def test_no_line_ends_a_code_block(text: str) -> None:
    """A block of code ends where we end it."""
    found = [t for t in parsed(fenced(text) + "\n\nafter\n") if t.type in {"fence", "inline"}]
    assert [t.type for t in found] == ["fence", "inline"]
