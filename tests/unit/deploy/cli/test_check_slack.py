"""A channel that nobody may post to is found before the first incident."""

import json
from typing import Any

import pytest

from tests.unit.deploy.cli.desk import Operator
from tests.world import INVENTORY

CHANNEL = '\n[slack]\nchannel = "C0123456789"\n'


def _checked(ann: Operator, text: str, **environ: str) -> dict[str, Any]:
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    ann.desk.environ = environ
    found: dict[str, Any] = json.loads(ann.types("check", str(file), "--json").stdout)
    return found


def _lacking(ann: Operator, text: str, **environ: str) -> list[dict[str, Any]]:
    found = _checked(ann, text, **environ)["lacking"]
    return [one for one in found if one["path"] == "slack.channel"]


def test_a_channel_needs_somebody_who_may_post(ann: Operator) -> None:
    """The secret is named, and where to put it."""
    (one,) = _lacking(ann, INVENTORY + CHANNEL)
    assert one["reason"] == "the secret slack-token is not here; chronicle needs it"
    assert "PGBATON_SLACK_TOKEN" in one["remedy"]


@pytest.mark.parametrize("variable", ["PGBATON_SLACK_TOKEN", "PGBATON_SLACK_WEBHOOK"])
def test_a_token_or_a_webhook_will_do(ann: Operator, variable: str) -> None:
    """Either of the two ways."""
    assert _lacking(ann, INVENTORY + CHANNEL, **{variable: "x"}) == []


def test_who_wants_no_slack_lacks_nothing(ann: Operator) -> None:
    """Slack is no duty."""
    assert _lacking(ann, INVENTORY) == []


@pytest.mark.parametrize(
    ("url", "warned"),
    [("http://slack.com/api", True), ("https://slack.com/api", False), ("http://[::1]/api", False)],
)
def test_a_token_in_the_clear_is_a_warning(ann: Operator, url: str, *, warned: bool) -> None:
    """A slip of one letter, and everybody on the way may read it."""
    found = _checked(ann, f'{INVENTORY}{CHANNEL}url = "{url}"\n')["warnings"]
    assert ("slack.url" in [one["path"] for one in found]) == warned
