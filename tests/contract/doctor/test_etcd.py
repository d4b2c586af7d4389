import time
from contextlib import suppress
from pathlib import Path

import requests

from deploy.doctor.report import Report
from deploy.doctor.rounds import SUBJECT
from deploy.doctor.seeing.etcd import see_etcd
from deploy.doctor.subjects.etcd import judge_etcd
from jobs.inventory import Etcd, Tls
from jobs.ports import DcsUnavailable
from tests.contract.certificates import Authority
from tests.contract.etcd.server import Cluster, Secured, cluster
from tests.unit.deploy.doctor.subjects.told import told, words
from tests.waiting import until
from workers.etcd import Gateway
from workers.fleet import ThreadFleet


def examined(running: Cluster, tls: Tls | None = None, **parts: object) -> Report:
    etcd = Etcd(endpoints=tuple(running.endpoints), tls=tls or Tls(), **parts)
    return judge_etcd(see_etcd("main", etcd, ThreadFleet(), now=time.time()))


def _leaderless(endpoint: str) -> bool:
    said = requests.post(f"{endpoint}/v3/maintenance/status", json={}, timeout=20).json()
    return bool(said.get("leader", "0") == "0")


def test_three_members_and_one_that_hangs(etcd_program: Path, tmp_path: Path) -> None:
    """Green with all three, whose disks and sizes are told; red and amber once one is frozen, in 6 s."""
    with cluster(etcd_program, tmp_path, size=3) as trio:
        well = examined(trio)
        bad = {name: c for name, c in told(well).items() if name != "etcd-disk" and c != "green"}
        assert bad == {}, "the disk of a test machine may be slow"
        assert well.fine[0].startswith("3 of 3 healthy, led by e")
        assert "fsyncs" in well.fine[1]
        assert "of its quota" in well.fine[2]
        trio.members[2].freeze()
        began = time.monotonic()
        hurt = examined(trio)
        assert time.monotonic() - began < 8
        assert told(hurt).items() >= {"etcd-no-spare": "red", "etcd-member-down": "amber"}.items()
        assert trio.endpoints[2] in words(hurt, "etcd-member-down")


def test_no_majority(etcd_program: Path, tmp_path: Path) -> None:
    """One of three is left, the others are frozen: red, and said within the time that a subject has."""
    with cluster(etcd_program, tmp_path, size=3) as trio:
        for member in trio.members[1:]:
            member.freeze()
        until(lambda: _leaderless(trio.endpoints[0]), "it has missed its leader")
        began = time.monotonic()
        seen = examined(trio)
    assert time.monotonic() - began < SUBJECT - 2
    expected = {"etcd-no-quorum": "red", "etcd-leaderless": "red", "etcd-member-down": "amber"}
    assert told(seen).items() >= expected.items()


def test_a_full_one_raises_its_alarm(etcd_program: Path, tmp_path: Path) -> None:
    """NOSPACE is red with the way out of it, and so is a user whom nobody asks for a password amber."""
    with cluster(etcd_program, tmp_path, options=("--quota-backend-bytes", "2000000")) as one:
        gateway = Gateway(one.endpoints)
        for number in range(20):
            with suppress(DcsUnavailable):
                gateway.put(f"k{number}".encode(), b"x" * 500_000, timeout=5)
        seen = examined(one, user="pgbaton")
    assert (
        told(seen).items()
        >= {"etcd-alarm": "red", "etcd-auth-off": "amber", "etcd-alone": "amber"}.items()
    )
    assert words(seen, "etcd-alarm").startswith("e0 raises NOSPACE")
    assert "etcdctl alarm disarm" in words(seen, "etcd-alarm")


def test_tls_is_spoken_and_a_wrong_certificate_is_told(etcd_program: Path, tmp_path: Path) -> None:
    """With our certificate everything is seen; with nobody's the quorum is not, and it is said why."""
    authority = Authority(tmp_path)
    server, client = authority.issue("server"), authority.issue("client", common_name=False)
    secured = Secured(pair=server, ca=authority.ca)
    with cluster(etcd_program, tmp_path, secured=secured) as one:
        good = examined(one, Tls(ca=str(authority.ca), cert=str(client.cert), key=str(client.key)))
        bare = examined(one, Tls(ca=str(authority.ca)))
    assert good.fine[0].startswith("1 of 1 healthy")
    assert told(bare).items() >= {"etcd-no-quorum": "red", "etcd-member-down": "amber"}.items()
    assert "TLS" in words(bare, "etcd-member-down")
