"""The shop itself: takes an order, and says yes only when the database has said yes.

It reads `.env` when it starts and never again, and holds an ordinary pool: psycopg_pool with 2 to
8 connections, 5 s to get one, 5 s to connect, libpq's own keepalives. No reconnect cleverness.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, jsonify, request
from psycopg_pool import ConnectionPool  # type: ignore[import-not-found]  # the lab's venv has it

from deploy.lab.shop.order import ORDER

Answer = tuple[Response, int]


def create_app(folder: Path) -> Flask:
    """The shop in `folder`, which holds `.env`; every start is a line in `boots.log`."""
    env = read_env(folder / ".env")
    started = time.time()
    with (folder / "boots.log").open("a") as boots:
        boots.write(f"{started:.6f} {env['DB_HOST']} {os.getpid()}\n")
    app, pool = Flask("shop"), open_pool(env)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(db_host=env["DB_HOST"], started=started, pid=os.getpid())

    @app.post("/orders")
    def orders() -> Answer:
        return place(pool, str(request.get_json()["id"]), env["SHOP_HOST"])

    return app


def place(pool: Any, order: str, host: str) -> Answer:
    """201 with who acknowledged it, after COMMIT has returned; else 503."""
    try:
        with pool.connection() as connection:
            row = connection.execute(ORDER, (order, host)).fetchone()
    except (psycopg.Error, TimeoutError) as error:
        return jsonify(why=type(error).__name__), 503
    return jsonify(member=row[0], pid=row[1], pg_timeline=row[2]), 201


def open_pool(env: dict[str, str]) -> Any:
    info = psycopg.conninfo.make_conninfo(
        host=env["DB_HOST"],
        port=env["DB_PORT"],
        dbname=env["DB_DATABASE"],
        user=env["DB_USERNAME"],
        password=env["DB_PASSWORD"],
        connect_timeout=5,
    )
    return ConnectionPool(info, min_size=2, max_size=8, timeout=5, open=True)


def read_env(path: Path) -> dict[str, str]:
    """KEY=VALUE lines, as the lab writes them."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
