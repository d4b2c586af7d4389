"""One shape for every log line, ours and the libraries': JSON, one fact a line, to stderr."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

_SHARED: tuple[Processor, ...] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
# Tracebacks without locals: a function's variables may hold a password.
_RENDERED: tuple[Processor, ...] = (
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    ),
    structlog.processors.JSONRenderer(),
)


def log_as_json(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Set up structlog and logging for a process; called once, by its composition root."""
    out = stream or sys.stderr
    structlog.configure(
        processors=[*_SHARED, *_RENDERED],
        logger_factory=structlog.WriteLoggerFactory(file=out),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _formatter() -> logging.Formatter:
    """The libraries' way into the same shape; ours goes past logging, which would cost more than
    recording an event."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_RENDERED],
    )
