"""A Flask view that only says 202: what the intake's speed is held against."""

from flask import Flask, Response

app = Flask("bare")


@app.post("/events")
def events() -> Response:
    """Accept whatever comes."""
    return Response('{"accepted": true}', status=202, content_type="application/json")


@app.get("/healthz")
def healthz() -> str:
    """Say that the process lives."""
    return "alive"
