from tests.unit.webhook.report.sample import PLACE, sample


def test_the_sample_is_what_pgbaton_writes() -> None:
    """docs/post-mortem.md is today's post-mortem of a recorded drill; `python -m
    tests.unit.webhook.report.sample` writes it anew."""
    assert PLACE.read_text(encoding="utf-8") == sample()
