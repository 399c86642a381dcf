"""Spare the garbage collector what it would walk for nothing. It never changes what is kept."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without the collector, which would walk all that is made again after each few thousand new values."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def lasting() -> None:
    """What is there now stays while this process does: a question does not wait until it is walked again, nor does the end."""
    gc.freeze()
    atexit.register(_let_go)


def _let_go() -> None:
    if "duckdb" in sys.modules:  # it says on stderr what of its own was never collected
        gc.unfreeze()


@contextmanager
def settled() -> Iterator[None]:
    """What is there already is not walked again: for long work that throws away what it makes beside a large registry."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
