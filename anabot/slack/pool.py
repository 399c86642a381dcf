"""A bounded pool: so many at work, so many waiting, and an honest no beyond that. A task that fails ends alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from structlog.contextvars import bound_contextvars

log = structlog.get_logger()
WORKERS, QUEUE = 8, 32


class Pool:
    """Runs questions. Threads carry no context of their caller, so what is to be logged is handed in."""

    def __init__(self, *, workers: int = WORKERS, queue: int = QUEUE) -> None:
        self._free = threading.BoundedSemaphore(workers + queue)
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="ana-question")

    def submit(self, work: Callable[[], None], **logged: str) -> bool:
        """Run it soon; False, and nothing runs, when the pool is full or closed."""
        if not self._free.acquire(blocking=False):
            log.warning("slack.busy", **logged)
            return False
        try:
            self._threads.submit(self._run, work, logged)
        except RuntimeError:  # the pool is closing
            self._free.release()
            return False
        return True

    def close(self, *, wait: bool = True) -> None:
        """Take nothing more, and let what was taken finish."""
        self._threads.shutdown(wait=wait)

    def _run(self, work: Callable[[], None], logged: dict[str, str]) -> None:
        try:
            with bound_contextvars(**logged):
                work()
        except Exception:  # the door: a thread that dies in silence would lose the reason
            log.exception("slack.task_failed", **logged)
        finally:
            self._free.release()
