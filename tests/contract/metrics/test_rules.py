"""The alert rules, read by Prometheus' own tool: each fires when it should, and none without need."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.alerts import alert_rules
from tests.unit.workers.metrics.catalogue import catalogue

ROUND = "pgbaton_round_timestamp_seconds"
CALM = {
    f'{ROUND}{{process="clock"}}': "0+60x60",
    f'{ROUND}{{process="watch"}}': "0+60x60",
    f'{ROUND}{{process="chronicle"}}': "0+60x60",
    'pgbaton_proof_age_seconds{cluster="shop"}': "100x60",
    'pgbaton_incidents_open{cluster="shop"}': "0x60",
    'pgbaton_incident_alarms{cluster="shop",alarm="two-primaries"}': "0x60",
    'pgbaton_trail_gaps_total{cluster="shop"}': "0x60",
    'pgbaton_drifts_total{cluster="shop",kind="host"}': "7x60",
    'pgbaton_alarms_total{cluster="shop",alarm="nodebalancer"}': "1x60",
    'pgbaton_refused_requests_total{cluster="_intake",reason="unsigned"}': "0+3x60",
    "pgbaton_queue_oldest_seconds": "1x60",
    'pgbaton_route_failing{route="slack"}': "0x60",
    'pgbaton_paused{cluster="shop"}': "0x60",
    'pgbaton_held{cluster="shop"}': "0x60",
}
"""A calm hour of the night, minute by minute."""

BAD: dict[str, dict[str, str | None]] = {
    "PgbatonTwoWritablePrimaries": {
        'pgbaton_incident_alarms{cluster="shop",alarm="two-primaries"}': "1x60"
    },
    "PgbatonEpochsWentBack": {
        'pgbaton_incident_alarms{cluster="shop",alarm="epochs-back"}': "1x60"
    },
    "PgbatonReturnHeld": {'pgbaton_held{cluster="shop"}': "1x60"},
    "PgbatonIncidentOpenTooLong": {'pgbaton_incident_open_seconds{cluster="shop"}': "0+60x60"},
    "PgbatonTargetFailing": {'pgbaton_target_failing{cluster="shop",target="web1"}': "1x60"},
    "PgbatonTargetsBehind": {'pgbaton_targets_behind{cluster="shop",kind="host"}': "2x60"},
    "PgbatonDrift": {'pgbaton_drifts_total{cluster="shop",kind="host"}': "7x50 8x10"},
    "PgbatonBalancerAstray": {
        'pgbaton_alarms_total{cluster="shop",alarm="nodebalancer"}': "1x50 2x10"
    },
    "PgbatonProofTooOld": {'pgbaton_proof_age_seconds{cluster="shop"}': "0+60x60"},
    "PgbatonPausedLong": {'pgbaton_paused{cluster="shop"}': "1x60"},
    "PgbatonProcessSilent": {f'{ROUND}{{process="clock"}}': "0+60x50 3000x10"},
    "PgbatonClockGone": {f'{ROUND}{{process="clock"}}': None},
    "PgbatonWatchGone": {f'{ROUND}{{process="watch"}}': None},
    "PgbatonChronicleGone": {f'{ROUND}{{process="chronicle"}}': None},
    "PgbatonHeartbeatFailing": {'pgbaton_heartbeat_failing{process="watch"}': "1x60"},
    "PgbatonQueueStuck": {"pgbaton_queue_oldest_seconds": "0+60x60"},
    "PgbatonRouteFailing": {'pgbaton_route_failing{route="slack"}': "1x60"},
    "PgbatonTrailGap": {'pgbaton_trail_gaps_total{cluster="shop"}': "0x50 1x10"},
    "PgbatonRefusals": {
        'pgbaton_refused_requests_total{cluster="_intake",reason="unsigned"}': "0+100x60"
    },
}
LONG = {"PgbatonPausedLong": 242}
"""Minutes, for what waits for hours."""

QUIET: dict[str, dict[str, str | None]] = {
    "a calm night": {},
    "an incident, in which the leader is proven by itself": {
        'pgbaton_proof_age_seconds{cluster="shop"}': "0+60x60",
        'pgbaton_incidents_open{cluster="shop"}': "1x60",
        'pgbaton_incident_open_seconds{cluster="shop"}': "30x60",
    },
    "a stand-in clock that died, beside one that lives": {
        f'{ROUND}{{process="clock",instance="b"}}': "0+60x10 600x50"
    },
    "a chronicle that counts anew after a trim": {
        'pgbaton_drifts_total{cluster="shop",kind="host"}': "7x50 4x10",
        'pgbaton_trail_gaps_total{cluster="shop"}': "3x50 1x10",
        'pgbaton_alarms_total{cluster="shop",alarm="nodebalancer"}': "5x50 4x10",
        'pgbaton_refused_requests_total{cluster="_intake",reason="unsigned"}': "9000x55 900x5",
    },
}


@pytest.fixture
def promtool(require: Callable[[str], Path]) -> Path:
    return require("promtool")


def rules() -> list[dict[str, Any]]:
    parsed: Any = YAML(typ="safe", pure=True).load(alert_rules())
    return [rule for group in parsed["groups"] for rule in group["rules"]]


def test_every_metric_of_a_rule_is_shown_by_somebody() -> None:
    """A rule over a name that nobody shows would sleep for ever."""
    known = {row.name for row in catalogue()}
    used = {name for rule in rules() for name in re.findall(r"\bpgbaton_\w+", rule["expr"])}
    assert used <= known
    assert len(used) > 10


def test_every_rule_says_how_bad_it_is_and_what_to_do() -> None:
    """Severity, summary and remedy; and each one is tried below."""
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert set(rule["annotations"]) == {"summary", "remedy"}
    assert {rule["alert"] for rule in rules()} == set(BAD)


def test_prometheus_takes_them_and_each_fires(promtool: Path, tmp_path: Path) -> None:
    """Each alone, in a night that is calm otherwise; and none in four nights that only look bad."""
    (tmp_path / "rules.yml").write_text(alert_rules())
    check: list[str | Path] = [promtool, "check", "rules", tmp_path / "rules.yml"]
    checked = subprocess.run(check, capture_output=True, text=True, timeout=50)
    assert checked.returncode == 0, checked.stderr
    nights = [night(name, changes, fires=name) for name, changes in BAD.items()]
    nights += [night(name, changes, fires=None) for name, changes in QUIET.items()]
    cases = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": nights}
    (tmp_path / "cases.yml").write_text(json.dumps(cases))
    test: list[str | Path] = [promtool, "test", "rules", tmp_path / "cases.yml"]
    done = subprocess.run(test, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr


def night(name: str, changes: dict[str, str | None], *, fires: str | None) -> dict[str, Any]:
    """A calm hour with what differs; at its end exactly `fires` fires. Who must wait longer gets that."""
    minutes = LONG.get(name, 60)
    told = {k: v for k, v in {**CALM, **changes}.items() if v is not None}
    series = {k: v.replace("x60", f"x{minutes}") for k, v in told.items()}
    samples = [{"labels": f'{{alertname="{fires}"}}', "value": 1}] if fires else []
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": k, "values": v} for k, v in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{minutes - 1}m",
                "exp_samples": samples,
            }
        ],
    }
