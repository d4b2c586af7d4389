"""The guide shows a thread as it really looks."""

from tests.unit.jobs.slack.looks import BLOCK, PAGE, looks, renewed


def test_the_guide_shows_a_real_thread() -> None:
    """Renew it with: python -m tests.unit.jobs.slack.looks"""
    text = PAGE.read_text()
    assert BLOCK.search(text) is not None
    assert renewed(text) == text


def test_it_shows_what_matters() -> None:
    """Colour, leaders, cause, alarm with its remedy, link and anchor."""
    shown = looks()
    for word in ("[red]", "[green]", "pg1 → pg3", "Cause:", "What to do:", "/incidents/", "entry "):
        assert word in shown
