import pytest

from tests.unit.workers.ssh.shop import inventory
from workers.ssh.rests import Cold, due, rest_after
from workers.ssh.warmth import wanted


def test_a_host_out_of_reach_rests_longer_and_longer() -> None:
    """And never longer than a minute."""
    assert [rest_after(n) for n in (1, 2, 3, 4, 5, 6, 99)] == [5, 10, 20, 40, 60, 60, 60]


def test_who_rests_is_not_tried() -> None:
    """Whoever was never tried, or has rested, is due."""
    cold = {"web1": Cold(1, 100.0), "web2": Cold(1, 99.0)}
    assert due(["web1", "web2", "web3"], cold, now=99.5) == ["web2", "web3"]


@pytest.mark.parametrize(("warm", "names"), [(0, []), (1, ["web1"]), (9, ["web1", "web2"])])
def test_hosts_that_follow_a_cluster_are_kept_warm(warm: int, names: list[str]) -> None:
    """As many as the inventory says, and none that no application runs on."""
    assert list(wanted(inventory(warm))) == names
