"""Foreign words cannot become Slack's markup."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.slack.escape import ELLIPSIS, code, code_block, escape, plain

ENTITY = re.compile("&(amp|lt|gt);")
RULES = {"sentence": escape, "name": code, "output": code_block, "plain": plain}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<!channel> wake up", "&lt;!channel&gt; wake up"),
        ("<@U012AB3CD>", "&lt;@U012AB3CD&gt;"),
        ("<https://evil.example|Slack>", "&lt;https://evil.example|Slack&gt;"),
        ("a & b &amp; c", "a &amp; b &amp;amp; c"),
        ("> not our words", "› not our words"),  # noqa: RUF001
        (">>> nor these", "››› nor these"),  # noqa: RUF001
        ("a -> b", "a -&gt; b"),
        ("*pg1* ~pg2~ `pg3`", "∗pg1∗ ∼pg2∼ ˋpg3ˋ"),  # noqa: RUF001
        ("_pg1_ pg_node_1", "＿pg1＿ pg_node_1"),  # noqa: RUF001
        (":fire: at 12:30:45, :100:", "꞉fire: at 12:30:45, ꞉100:"),  # noqa: RUF001
        ("one\ntwo\t three", "one two three"),
        ("\u202egp\u202c", "\\u202egp\\u202c"),
        ("\x1b[31mred\x00", "\\u001b[31mred\\u0000"),
        ("half \ud800 of a pair", "half \\ud800 of a pair"),
        ("ignored\u200b\ufeff", "ignored\\u200b\\ufeff"),
        ("", ""),
    ],
    ids=lambda said: repr(said).encode("ascii", "backslashreplace").decode()[:24],
)
def test_a_sentence_stays_words(said: str, shown: str) -> None:
    """Mentions, links, quotes, formatting, emoji and control characters lose their power."""
    assert escape(said) == shown


def test_a_name_stands_between_backticks() -> None:
    """None of its own gets out, and an empty name is no empty code."""
    assert code("pg`1` _x_ <b>") == "`pgˋ1ˋ _x_ &lt;b&gt;`"  # noqa: RUF001
    assert code("") == "` `"


def test_output_keeps_its_lines() -> None:
    """But never ends its block by itself."""
    assert code_block("one\r\n```two\n") == "```one\nˋˋˋtwo```"  # noqa: RUF001


def test_plain_text_is_not_escaped() -> None:
    """Slack shows it as it is."""
    assert plain("R&D <db>\x07") == "R&D <db>\\u0007"


def test_an_entity_is_never_cut() -> None:
    """What does not fit whole is left out, and an ellipsis says so."""
    assert escape("&&&", 14) == f"&amp;&amp;{ELLIPSIS}"
    assert escape("&&&", 15) == "&amp;&amp;&amp;"


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(said=st.text(max_size=60), limit=st.integers(min_value=8, max_value=80))
def test_it_fits_and_holds_nothing_that_steers(rule: object, said: str, limit: int) -> None:
    """For all texts: at most `limit` characters, none of them a control or a mark of direction."""
    assert callable(rule)
    shown = rule(said, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(c) for c in re.sub(r"[\n\t]", "", shown)} & {"Cc", "Cf", "Cs"}


@given(said=st.text(alphabet="&<>*_~`:a1 \n!@#|", max_size=60))
def test_no_markup_is_left(said: str) -> None:
    """For all texts of nothing but markup: every & begins an entity, and no bracket or mark stands."""
    shown = escape(said, 50)
    assert not set("<>*~`\n") & set(shown)
    assert "&" not in ENTITY.sub("", shown)
    assert not shown.startswith("&gt;")
    assert not re.search(r"(?<![^\W_])_", shown)


@given(said=st.text(alphabet="abc& <>", max_size=40))
def test_what_is_harmless_is_kept(said: str) -> None:
    """For all plain texts: unescaped again, it is what was said, but for blanks and a quote's begin."""
    assert html.unescape(escape(said)).replace("›", ">") == " ".join(said.split())  # noqa: RUF001
