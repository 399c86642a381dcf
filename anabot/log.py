"""Events with fields, one line each, on stderr. Never a row, a token or a question's text."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(*, level: int = logging.INFO, machine: bool | None = None) -> None:
    """Send events to stderr: readable on a terminal, JSON elsewhere."""
    as_json = not sys.stderr.isatty() if machine is None else machine
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    for noisy in ("slack_bolt", "slack_sdk", "apscheduler", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
