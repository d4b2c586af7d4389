from functools import partial
from urllib.parse import urlsplit

from deploy.doctor.seeing.replication import see_replication
from deploy.doctor.subjects.replication import judge_replication
from jobs.claims import MemberRecord
from tests.contract.probes.postgres_server import Postgres
from tests.unit.deploy.doctor.subjects.told import told, words
from tests.waiting import until
from workers.postgres import Login, PostgresProbe


def record(server: Postgres) -> MemberRecord:
    return MemberRecord(name="pg1", conn_url=server.url, api_url="http://127.0.0.1:1/patroni")


def test_streams_and_slots_as_the_leader_sees_them(
    primary: Postgres, standby: Postgres, word: str
) -> None:
    """A role with pg_monitor sees its standby's state; without it that is amber, with the grant to give."""
    probe = PostgresProbe(Login(user="monitor", password=word))
    assert urlsplit(standby.url).port
    until(partial(_streams_alone, primary), "the standby's stream, and no other")
    blind = judge_replication("shop", see_replication(probe, record(primary), cluster="shop"))
    assert "grant pg_monitor" in words(blind, "not-seen")
    primary.do("grant pg_monitor to monitor")
    try:
        seen = judge_replication("shop", see_replication(probe, record(primary), cluster="shop"))
        assert told(seen) == {}
        assert seen.fine[0].startswith("1 stream from pg1")
        primary.do("select pg_create_physical_replication_slot('old', true)")
        seen = judge_replication("shop", see_replication(probe, record(primary), cluster="shop"))
        assert told(seen) == {"slot-idle": "green"}
    finally:
        primary.do("select pg_drop_replication_slot('old')", "revoke pg_monitor from monitor")


def _streams_alone(primary: Postgres) -> bool:
    """A standby lets clients in before it streams; one that has ended leaves its sender a moment longer."""
    told = "select count(*) = 1 and bool_and(state = 'streaming') from pg_stat_replication"
    return primary.told(told) is True


def test_who_may_not_ask_is_amber(primary: Postgres) -> None:
    """A refused login, no role, and no leader: each says what lets it be seen, and no secret."""
    wrong = PostgresProbe(Login(user="monitor", password="guess"))
    refused = see_replication(wrong, record(primary), cluster="shop")
    assert "probe-shop-password" in words(judge_replication("shop", refused), "not-seen")
    assert "guess" not in repr(refused)
    for seen in (
        see_replication(None, record(primary), cluster="shop"),
        see_replication(wrong, None, cluster="shop"),
    ):
        assert told(judge_replication("shop", seen)) == {"not-seen": "amber"}
