import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.report import Edited, FileTrail, NoSuchIncident, write_reports
from deploy.report.files import refuse_edited, sealed, untouched, write_sealed
from jobs.ports import ReadTrail
from tests import tale
from tests.tale import START, ToldTrail

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(text=TEXTS)
def test_a_seal_fits_its_own_text(text: str) -> None:
    """What was sealed is as it was written."""
    assert untouched(sealed(text))


@given(text=TEXTS, more=TEXTS.filter(str.strip))
def test_a_seal_breaks_with_any_word_added(text: str, more: str) -> None:
    """Whoever writes anything before the seal, or after it, has edited the file."""
    seal = sealed(text)
    assert not untouched(more + seal)
    assert not untouched(seal + more)


def test_no_half_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rename fails, nothing of ours stays behind."""
    (tmp_path / "report.md").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_sealed(tmp_path / "report.md", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["report.md"]


def test_a_file_is_readable_as_the_umask_says(tmp_path: Path) -> None:
    """Colleagues may read it where other files of this person are readable."""
    old = os.umask(0o027)
    try:
        write_sealed(tmp_path / "report.md", "text")
    finally:
        os.umask(old)
    assert (tmp_path / "report.md").stat().st_mode & 0o777 == 0o640


def test_a_dangling_link_is_none_of_ours(tmp_path: Path) -> None:
    """A link that somebody laid is not written over."""
    (tmp_path / "report.md").symlink_to(tmp_path / "nothing")
    with pytest.raises(Edited):
        refuse_edited(tmp_path / "report.md")


def test_reports_of_a_trail_that_is_read_from_a_file(tmp_path: Path) -> None:
    """An export tells the same as the trail that it came from."""
    told = tale.failover()
    trails: dict[str, ReadTrail] = {"live": ToldTrail(tale=told), "file": FileTrail(told.entries)}
    for name, trail in trails.items():
        write_reports(trail, "shop-7", tmp_path / name, now=START + 60)
    for ending in ("md", "html"):
        live, read = (tmp_path / name / f"shop-7.{ending}" for name in trails)
        assert live.read_bytes() == read.read_bytes()


def test_an_incident_that_never_opened(tmp_path: Path) -> None:
    """No file and no folder for what did not happen."""
    with pytest.raises(NoSuchIncident):
        write_reports(FileTrail(tale.failover().entries), "shop-8", tmp_path / "x", now=START)
    assert list(tmp_path.iterdir()) == []


def test_an_export_has_spans_like_a_trail() -> None:
    """The same first and last entries, the same head, the newest incident first."""
    told = tale.failover()
    live, read = ToldTrail(tale=told), FileTrail(told.entries)
    assert read.span("shop", "shop-7") == live.span("shop", "shop-7")
    assert read.spans("shop", count=5) == live.spans("shop", count=5)
    assert read.heads(["shop"]) == {"shop": live.head("shop")}
    assert read.spans("shop", count=5, before=1) == []
