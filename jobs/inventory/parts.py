"""What every table of the inventory is made of: names, texts, and the rule that unknown keys are mistakes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# A pattern ends in \Z: Python's $ lets a newline follow.
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\Z"
PATH = r"^/[^\x00-\x1f]*\Z"

Name = Annotated[str, StringConstraints(pattern=NAME)]
Path = Annotated[str, StringConstraints(pattern=PATH, max_length=1024)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Part(BaseModel):
    """Every table: frozen, and a key nobody knows is a mistake, not a comment.

    Patterns are Python's own. pydantic's engine compiles each of them once for every field, and again for
    whatever holds that field: 19 MB in each process of ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")


class Tls(Part):
    """Files of a TLS client; all optional, `cert` and `key` only together."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
