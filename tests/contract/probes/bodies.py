"""What Patroni answers to `GET /patroni`, in the shapes of its versions (`api.py`)."""

from typing import Any

PRIMARY_4: dict[str, Any] = {
    "state": "running",
    "postmaster_start_time": "2026-11-22 10:31:12.205137+00:00",
    "role": "primary",
    "server_version": 150018,
    "xlog": {"location": 83886936},
    "timeline": 2,
    "replication": [
        {
            "usename": "replicator",
            "application_name": "pg1",
            "client_addr": "10.0.0.2",
            "state": "streaming",
            "sync_state": "sync",
            "sync_priority": 1,
        }
    ],
    "dcs_last_seen": 1795343472,
    "database_system_identifier": "7711177461143934353",
    "patroni": {"version": "4.1.4", "scope": "main", "name": "pg0"},
}

PRIMARY_3: dict[str, Any] = PRIMARY_4 | {
    "role": "master",
    "patroni": {"version": "3.0.2", "scope": "main"},
}

REPLICA_PAUSED: dict[str, Any] = {
    "state": "running",
    "role": "replica",
    "server_version": 150018,
    "xlog": {
        "received_location": 83886936,
        "replayed_location": 83886936,
        "replayed_timestamp": None,
        "paused": False,
    },
    "timeline": 2,
    "replication_state": "streaming",
    "pause": True,
    "dcs_last_seen": 1795343472,
    "database_system_identifier": "7711177461143934353",
    "patroni": {"version": "4.1.4", "scope": "main", "name": "pg1"},
}

CRASHED: dict[str, Any] = {
    "state": "crashed",
    "role": "primary",
    "cluster_unlocked": True,
    "failsafe_mode_is_active": True,
    "dcs_last_seen": 1795343472,
    "patroni": {"version": "4.1.4", "scope": "main", "name": "pg0"},
}
