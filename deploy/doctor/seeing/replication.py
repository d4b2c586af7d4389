"""Asks the leader's PostgreSQL, by the monitoring role, who replicates from it: one row of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from deploy.doctor.evidence import Unseen
from deploy.doctor.rounds import PROBE
from deploy.doctor.subjects.replication import ReplicationSeen, Slot, Stream
from jobs.claims import MemberRecord
from workers.postgres import PostgresProbe

_QUERY = """
select pg_catalog.json_build_object(
  'streams', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', application_name, 'state', state, 'sync', sync_state,
      'lag', extract(epoch from replay_lag),
      'behind', pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)::int8)), '[]')
    from pg_catalog.pg_stat_replication),
  'slots', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', slot_name, 'active', active, 'wal', wal_status,
      'held', pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)::int8)), '[]')
    from pg_catalog.pg_replication_slots),
  'used', (select pg_catalog.count(*) from pg_catalog.pg_stat_activity
            where backend_type = 'client backend'),
  'connections', pg_catalog.current_setting('max_connections')::int)
"""


def see_replication(
    probe: PostgresProbe | None, leader: MemberRecord | None, *, cluster: str
) -> ReplicationSeen | Unseen:
    """What the role may see; never raises."""
    if probe is None:
        remedy = (
            f"name a monitoring role in [clusters.{cluster}.probe] user, and grant it pg_monitor"
        )
        return Unseen(reason="nobody may ask PostgreSQL", remedy=remedy)
    if leader is None:
        return Unseen(reason="nobody knows who leads", remedy=f"pgbaton verify {cluster}")
    found = probe.row(_QUERY, leader, timeout=PROBE)
    if isinstance(found, str):
        remedy = (
            f"see [clusters.{cluster}.probe], the secret probe-{cluster}-password, and pg_hba.conf"
        )
        return Unseen(reason=found, remedy=remedy)
    return _seen(leader.name, json.loads(found[0] or "{}"))


def _seen(leader: str, said: Mapping[str, Any]) -> ReplicationSeen:
    return ReplicationSeen(
        leader=leader,
        streams=tuple(
            Stream(
                name=s["name"], state=s["state"], sync=s["sync"], lag=s["lag"], behind=s["behind"]
            )
            for s in said["streams"]
        ),
        slots=tuple(
            Slot(name=s["name"], active=s["active"], held=s["held"], wal=s["wal"])
            for s in said["slots"]
        ),
        used=said["used"],
        connections=said["connections"],
    )
