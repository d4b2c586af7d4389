"""What others run, and what may go wrong there: Slack and Linode's API."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.lab import front, outside
from deploy.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class SlackDown:
    """Slack refuses every connection ("refused"), or takes them and never answers ("hang")."""

    how: str = "refused"

    @property
    def title(self) -> str:
        does = {"refused": "refuses", "hang": "takes and holds"}[self.how]
        return f"Slack is gone: it {does} every connection"

    @property
    def healed(self) -> str:
        return "Slack is back"

    def inject(self, _lab: Lab) -> None:
        outside.slack_is(self.how)

    def heal(self, _lab: Lab) -> None:
        outside.slack_is(None)


@dataclass(frozen=True, slots=True)
class LinodeDown:
    """Linode's API takes connections and never answers; what it built goes on working."""

    @property
    def title(self) -> str:
        return "Linode's API is gone: it takes connections and never answers"

    @property
    def healed(self) -> str:
        return "Linode's API is back"

    def inject(self, _lab: Lab) -> None:
        front.control("/_lab/faults", {"gone": True})

    def heal(self, _lab: Lab) -> None:
        front.control("/_lab/faults", {"gone": None})


@dataclass(frozen=True, slots=True)
class SlackLimited:
    """Slack answers 429 to every call, and names in Retry-After when that ends."""

    seconds: float = 40.0

    @property
    def title(self) -> str:
        return f"Slack answers 429 to every call for {self.seconds:g} s"

    @property
    def healed(self) -> str:
        return "Slack takes calls again"

    def inject(self, _lab: Lab) -> None:
        outside.slack_limits(self.seconds)

    def heal(self, _lab: Lab) -> None:
        outside.slack_limits(0)


@dataclass(frozen=True, slots=True)
class LinodeLimited:
    """Linode's API answers 429 to every call; what it built goes on working."""

    seconds: float = 600.0

    @property
    def title(self) -> str:
        return "Linode's API answers 429 to every call"

    @property
    def healed(self) -> str:
        return "Linode's API takes calls again"

    def inject(self, _lab: Lab) -> None:
        front.control("/_lab/faults", {"limited": self.seconds})

    def heal(self, _lab: Lab) -> None:
        front.control("/_lab/faults", {"limited": 0})
