"""What Patroni's answer to a switchover means."""

import pytest

from deploy.lab.asking import Answer, under_way
from deploy.lab.machine import LabError


@pytest.mark.parametrize(
    ("status", "text", "role", "begun"),
    [
        (200, "Successfully switched over", "primary", True),
        (503, "Switchover status unknown", "primary", True),
        (412, "no good candidates have been found", "primary", False),
        (503, "Switchover failed", "primary", False),
        (503, "Switchover failed", None, False),
        (412, "leader name does not match", "replica", True),
    ],
)
def test_a_refusal_is_asked_again_unless_the_change_began(
    *, status: int, text: str, role: str | None, begun: bool
) -> None:
    """A second one, asked for while the first is on its way, would be a leader too many."""
    assert under_way(Answer(status=status, text=text), role=role) is begun


def test_what_no_waiting_mends_ends_it() -> None:
    """A wrong password, or a path that is none."""
    with pytest.raises(LabError, match="401: no auth header"):
        under_way(Answer(status=401, text="no auth header received"), role="primary")
