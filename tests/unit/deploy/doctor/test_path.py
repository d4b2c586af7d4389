"""Whom each of Patroni's addresses lets pass."""

import pytest

from deploy.doctor.path import Passes, passes
from deploy.render.mux import HEALTH_CHECKS


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/", Passes.LEADER),
        ("/primary", Passes.LEADER),
        ("/primary?tag_site=a", Passes.LEADER),
        ("/master", Passes.LEADER),
        ("/leader", Passes.LEADER),
        ("/read-write", Passes.LEADER),
        ("/standby-leader", Passes.STANDBY_LEADER),
        ("/replica", Passes.REPLICAS),
        ("/replica?lag=10MB", Passes.REPLICAS),
        ("/async", Passes.REPLICAS),
        ("/quorum", Passes.REPLICAS),
        ("/read-only", Passes.EVERYONE),
        ("/health", Passes.EVERYONE),
        ("/liveness", Passes.EVERYONE),
        ("/readiness", Passes.EVERYONE),
        ("/typo", Passes.NOBODY),
    ],
)
@pytest.mark.parametrize("muxed", [True, False])
def test_who_passes(path: str, who: Passes, *, muxed: bool) -> None:
    """As Patroni 3.0 to 4.1 answers, through the mux or at its own port."""
    assert passes(path, muxed=muxed) is who


@pytest.mark.parametrize("path", ["/patroni", "/cluster", "/metrics", "/config", "/primary/"])
def test_the_mux_denies_what_is_no_health_check(path: str) -> None:
    """What would pass at Patroni's own port never passes through the mux."""
    assert passes(path, muxed=True) is Passes.NOBODY
    assert passes(path, muxed=False) is not Passes.NOBODY


def test_every_health_check_of_the_mux_is_known() -> None:
    """None of them is taken for an address that does not exist."""
    assert all(passes(path, muxed=True) is not Passes.NOBODY for path in HEALTH_CHECKS)
