"""Slack's markup as a terminal shows it."""

from datetime import UTC

import pytest

from deploy.lab.slack.pace import Pace
from deploy.lab.slack.paint import painted


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("*bold* _it_ ~gone~ `code`", "bold it gone code"),
        ("pg_node_1 2*3*4", "pg_node_1 2*3*4"),
        ("&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"),
        ("<https://x.example/a|page> <https://x.example>", "page https://x.example"),
        ("<!channel> <@U123> <#C1|general>", "@channel @U123 @general"),
        ("at <!date^1700000000^{date_short} {time_secs}|then>", "at Nov 14, 2023 22:13:20"),
        ("<!date^never^{time}|then> <!date^1^{moon}|once> <!date|x>", "then once @x"),
        ("```a *b*\nc```", "a *b*\nc"),
        ("\x1b[2J\u202e", "\\x1b[2J\\x202e"),
        (":eyes: seen `:eyes:` :no_such: 12:30:45", "\U0001f440 seen :eyes: :no_such: 12:30:45"),
        ("", ""),
    ],
    ids=lambda said: repr(said).encode("ascii", "backslashreplace").decode()[:24],
)
def test_markup_is_shown_not_spelt(said: str, shown: str) -> None:
    """Formatting by style, links by label, instants in the reader's zone, controls written out."""
    assert painted(said, UTC).plain == shown


def test_a_mention_leaps_to_the_eye() -> None:
    """Whoever looks at the lab sees that a message would have rung a phone."""
    assert any("yellow" in str(span.style) for span in painted("<!channel>").spans)


def test_a_pace_lets_a_burst_through_and_then_one_by_one() -> None:
    """What is not used grows back, up to the burst and no further."""
    now = [100.0]
    pace = Pace(per_second=0.5, burst=2, clock=lambda: now[0])
    assert [pace.wait() for _ in range(3)] == [0, 0, 2]
    now[0] += 2
    assert [pace.wait(), pace.wait()] == [0, 2]
    now[0] += 1000
    assert [pace.wait() for _ in range(3)] == [0, 0, 2]
    assert Pace(per_second=0, burst=0).wait() == 0
