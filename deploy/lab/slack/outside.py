"""What else stands outside the lab's own machines: an on-call tool that takes alerts, and a dead-man's switch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, jsonify, request

from deploy.lab.slack.workspace import Json


@dataclass(slots=True, kw_only=True)
class Outside:
    """Everything that was ever said to it, oldest first. `status` answers alerts, `beat_status` heartbeats."""

    clock: Callable[[], float] = time.time
    status: int = 202
    beat_status: int = 200
    alerts: list[Json] = field(default_factory=list)
    beats: dict[str, list[float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: str) -> int:
        """An alert came in, whatever it is answered."""
        with self.lock:
            one = {"at": self.clock(), "headers": headers, "body": body, "status": self.status}
            self.alerts.append(one)
            return self.status

    def beat(self, name: str) -> int:
        with self.lock:
            self.beats.setdefault(name, []).append(self.clock())
            return self.beat_status

    def forget(self) -> None:
        with self.lock:
            self.alerts.clear()
            self.beats.clear()

    def heartbeats(self) -> Json:
        """By name: how often, and when."""
        with self.lock:
            return {name: {"count": len(at), "times": at} for name, at in self.beats.items()}


def add_outside(app: Flask, outside: Outside) -> None:
    """Its addresses: POST /alerts, and anything to /heartbeat/NAME."""

    def alerts() -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Response(status=outside.take(headers, request.get_data(as_text=True)))

    def heartbeat(name: str) -> Response:
        return Response("OK", status=outside.beat(name), mimetype="text/plain")

    def heard() -> Response:
        with outside.lock:
            return jsonify(list(outside.alerts))

    app.add_url_rule("/alerts", "alerts", alerts, methods=["POST"])
    app.add_url_rule("/heartbeat/<name>", "heartbeat", heartbeat, methods=["GET", "POST"])
    app.add_url_rule("/_lab/alerts", "heard", heard)
    app.add_url_rule("/_lab/heartbeats", "beats", lambda: jsonify(outside.heartbeats()))
