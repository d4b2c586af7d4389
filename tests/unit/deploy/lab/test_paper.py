"""The bench's document: numbers between markers, what people wrote left alone, and no word that becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from deploy.lab.bench.families import FAMILIES
from deploy.lab.bench.paper import Paper
from deploy.lab.bench.paper.markdown import plain, table
from deploy.lab.bench.paper.page import begin, end, filled, mistakes
from deploy.lab.bench.paper.section import section
from deploy.lab.bench.paper.writing import BENCHMARKS
from deploy.lab.bench.record import Run
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.machine import LabError
from jobs.picture.letters import shown

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
EVIL = "a<b & c|d *x* `y` [z](http://e.org) <script>alert(1)</script>"
PAGE = f"""# Speed

Words of people.

{begin("reaction")}
{end("reaction")}

More words.

{begin("rest")}

old numbers

{end("rest")}
The end, without a newline."""
READS = r"""
Measured on 2026-11-26 on 2 × A\|B \<fast\>, 8 GiB, Linux-6.1, Python 3.11.2.

|  | what | ours | beside | ratio | limit |
| --- | --- | ---: | ---: | ---: | --- |
| held | how long (`two-shops`) | 50~ms | 40~ms | 1.25~× | at most 1.5~× |

<p><picture>
<source media="(max-width: 600px)" srcset="benchmarks/reaction-1-narrow.svg">
<img src="benchmarks/reaction-1.svg" alt="seconds: the table below">
</picture></p>

| seconds | times | median | p99 |
| --- | ---: | ---: | ---: |
| pgbaton | 2 | 55~ms | 60~ms |

- two hosts
"""


def measured(family: str = "reaction", **more: Any) -> Measured:
    row = Row(name="two-shops", what="how long", ours=0.05, beside=0.04, limit=1.5)
    group = Group(title="seconds", series=(Series(name="pgbaton", values=(0.05, 0.06)),))
    return Measured(**{"family": family, "rows": (row,), "groups": (group,), **more})


def run_of(*all_measured: Measured, quick: bool = False) -> Run:
    machine: dict[str, str | int] = {
        "processor": "A|B <fast>", "processors": 2, "memory": 8, "system": "Linux-6.1", "python": "3.11.2",
    }  # fmt: skip
    at = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    return Run(at=at, machine=machine, measured=all_measured, quick=quick)


def paper(folder: Path, page: str = PAGE) -> Paper:
    (folder / "benchmarks.md").write_text(page)
    return Paper(families=("reaction", "rest"), page=folder / "benchmarks.md")


def said(text: str) -> str:
    """What a reader of the rendered Markdown sees."""
    (inline,) = [token for token in MARKDOWN.parse(text) if token.type == "inline"]
    assert inline.children is not None
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children)


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    """Only what lies between the markers of the family changes; a second writing changes nothing."""
    one = paper(tmp_path)
    one.write(run_of(measured()))
    text = one.page.read_text()
    before, after = text.split(begin("reaction"))[0], text.split(end("reaction"))[1]
    assert (before, after) == tuple(PAGE.split(f"{begin('reaction')}\n{end('reaction')}"))
    one.write(run_of(measured()))
    assert one.page.read_text() == text


def test_a_family_that_was_not_measured_keeps_its_numbers(tmp_path: Path) -> None:
    """One that never was is said to be so, with the command that measures it."""
    one = paper(tmp_path)
    one.write(run_of(measured("rest")))
    text = one.page.read_text()
    assert "old numbers" not in text
    assert "Not measured yet: `./dev bench reaction --doc`" in text
    one.write(run_of(measured()))
    assert "Not measured yet" not in one.page.read_text()
    assert one.page.read_text().count("| held | how long (`two-shops`) | 50") == 2


def test_a_family_reads_like_this() -> None:
    """The machine and the date, what is held, the picture, every series, and what explains them."""
    one = measured(notes=("two hosts",))
    assert section(run_of(one), one) == READS.strip().replace("~", "\N{NO-BREAK SPACE}")


def test_what_was_measured_once_has_one_figure() -> None:
    """A median and a p99 of one value would only say it again."""
    once = Group(title="MB", series=(Series(name="clock", values=(41.0,), unit="MB"),))
    text = section(run_of(measured(groups=(once,))), measured(groups=(once,)))
    figure = "41\N{NO-BREAK SPACE}MB"
    assert f"| MB | measured once |\n| --- | ---: |\n| clock | {figure} |" in text


def test_a_long_table_is_folded() -> None:
    """It is still Markdown in there, and what follows it is not."""
    many = tuple(Series(name=f"process {n}", values=(1.0,), unit="MB") for n in range(11))
    one = measured(groups=(Group(title="MB", series=many),), notes=("after it",))
    html = MARKDOWN.render(section(run_of(one), one))
    folded = html[html.index("<details>") : html.index("</details>")]
    assert folded.count("<td") == 2 * 11
    assert "<li>after it</li>" in html[html.index("</details>") :]


def test_what_was_not_held_and_a_quick_look_are_told() -> None:
    """Neither may be taken for a proof."""
    bad = replace(measured(), rows=(Row(name="x", what="how long", ours=9.0, limit=1.0),))
    text = section(run_of(bad, quick=True), bad)
    assert "| **not\N{NO-BREAK SPACE}held** | how long (`x`) |" in text
    assert text.startswith("**A quick look (`--quick`)")
    assert "quick" not in section(run_of(bad), bad)


def test_empty_parts_leave_no_trace(tmp_path: Path) -> None:
    """Without rows, groups, values or notes there is neither a table nor a picture of them."""
    bare = measured(
        rows=(), groups=(Group(title="seconds", series=(Series(name="x", values=()),)),)
    )
    text = section(run_of(bare), bare)
    assert "|" not in text.replace(r"\|", "")
    assert "<" not in text.replace(r"\<", "")
    paper(tmp_path).write(run_of(bare))
    assert list((tmp_path / "benchmarks").iterdir()) == []


def test_pictures_of_an_earlier_run_go(tmp_path: Path) -> None:
    """Each group has a picture for a desk and for a phone; other families' stay, and so does what is no picture."""
    group = measured().groups[0]
    one = paper(tmp_path)
    one.write(run_of(measured(groups=(group, group)), measured("rest")))
    (tmp_path / "benchmarks/reaction-notes.txt").touch()
    one.write(run_of(measured()))
    names = {path.name for path in (tmp_path / "benchmarks").iterdir()}
    drawn = {f"{name}-1{kind}.svg" for name in ("reaction", "rest") for kind in ("", "-narrow")}
    assert names == {*drawn, "reaction-notes.txt"}
    shown_ = re.findall(r'(?:src|srcset)="([^"]+)"', one.page.read_text())
    assert {f"benchmarks/{name}" for name in drawn} == set(shown_)
    assert (tmp_path / "benchmarks/reaction-1.svg").read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("", r"there is no place for reaction: write these two lines .* <!-- reaction: made by"),
        (PAGE.replace(end("reaction"), ""), r"write the line <!-- end of reaction -->"),
        (PAGE.replace(begin("reaction"), ""), r"write the line <!-- reaction: made by \./dev bench reaction"),
        (PAGE + "\n" + begin("reaction"), r"stands in lines 5 and 16: leave one of them"),
        (PAGE + "\n" + end("rest"), r"<!-- end of rest --> stands in lines 14 and 16"),
        (
            PAGE.replace(begin("reaction"), "x").replace(end("reaction"), begin("reaction")).replace("\nx\n", f"\n{end('reaction')}\n"),
            r"the place of reaction ends before it begins, in lines 5 and 6: put them in order",
        ),
        (
            PAGE.replace(end("reaction"), "").replace("old numbers", end("reaction")),
            r"the place of rest begins within that of reaction, in line 10",
        ),
    ],
    ids=["none", "no-end", "no-begin", "twice", "two-ends", "reversed", "crossed"],
)  # fmt: skip
def test_a_bad_marker_is_told_before_anything_is_written(
    tmp_path: Path, page: str, told: str
) -> None:
    """With what to do; the page stays as it was, and no picture is drawn."""
    one = paper(tmp_path, page)
    with pytest.raises(LabError, match=told):
        one.check()
    with pytest.raises(LabError, match=r"benchmarks\.md cannot be written"):
        one.write(run_of(measured()))
    assert one.page.read_text() == page
    assert not (tmp_path / "benchmarks").exists()


def test_a_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The lost file is named, and how it comes back."""
    with pytest.raises(LabError, match=r"there is no .*gone\.md: restore it from git"):
        Paper(families=("rest",), page=tmp_path / "gone.md").check()


@pytest.mark.parametrize("part", ["what", "title", "series", "note", "unit"])
def test_no_name_becomes_markup(part: str) -> None:
    """Wherever foreign words stand, a reader sees these very words, in one cell or item."""
    one = measured(
        rows=(Row(name="x", what=EVIL if part == "what" else "w", ours=1.0, limit=1.0),),
        groups=(
            Group(
                title=EVIL if part == "title" else "t",
                series=(
                    Series(
                        name=EVIL if part == "series" else "s",
                        values=(1.0,),
                        unit=EVIL if part == "unit" else "s",
                    ),
                ),
            ),
        ),
        notes=(EVIL if part == "note" else "n",),
    )
    text = section(run_of(one), one)
    html = MARKDOWN.render(text)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert html.count("<td") == 4 + 2
    assert not re.search(r"<(em|a|h\d)\b", html)


@given(text=st.text(max_size=60))
@example(text="1. one")
@example(text="- one")
@example(text="=== one")
@example(text="https://e.org _a_ **b** ~~c~~ &amp; \\ # d")
def test_plain_words_are_read_as_they_are(text: str) -> None:
    """Every sign means itself: in a sentence, and as the first word of a line."""
    meant = shown(text)
    assert not meant or said(plain(text)) == meant


@given(cells=st.lists(st.text(max_size=20), min_size=3, max_size=3))
def test_a_table_keeps_its_columns(cells: list[str]) -> None:
    """No cell ends another, whatever is written in it."""
    text = table(("a", "b", "c"), [[plain(cell) for cell in cells]], right={1})
    assert MARKDOWN.render(text).count("<td") == 3


@given(text=st.text(max_size=200).filter(lambda one: "<!--" not in one))
def test_filling_is_undone_by_filling(text: str) -> None:
    """What stood before a second filling leaves no trace."""
    other = filled(PAGE, {"reaction": text, "rest": "x"})
    assert filled(other, {"reaction": "a"}) == filled(PAGE, {"reaction": "a", "rest": "x"})


def test_the_document_has_a_place_for_every_family() -> None:
    """`./dev bench all --doc` can write all of them, and each place stands in a section of its own."""
    page = BENCHMARKS.read_text()
    assert mistakes(page, tuple(FAMILIES)) == []
    for part in re.split(r"^## ", page, flags=re.MULTILINE):
        assert len(re.findall(r"<!-- end of ", part)) <= 1


def test_the_document_shows_pictures_that_are_there() -> None:
    """Every picture that the page refers to lies beside it, and no other."""
    shown_ = set(re.findall(r'(?:src|srcset)="benchmarks/([^"]+)"', BENCHMARKS.read_text()))
    folder = BENCHMARKS.parent / "benchmarks"
    assert shown_ == ({path.name for path in folder.glob("*.svg")} if folder.exists() else set())
