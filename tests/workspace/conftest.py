from __future__ import annotations

from collections.abc import Iterator

import pytest
from echo import Echo
from serving import SECRET, Local, address, free_socket, local_workspace, serving


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    with local_workspace() as served:
        yield served


@pytest.fixture
def fresh() -> Iterator[Local]:
    with local_workspace() as served:
        yield served


@pytest.fixture
def talking() -> Iterator[tuple[Local, Echo]]:
    """A workspace, and an echo app that its events go to."""
    sock = free_socket()
    with local_workspace(f"{address(sock)}/slack/events") as served:
        echo = Echo(f"{served.url}/api/", SECRET)
        with serving(echo.asgi, sock):
            yield served, echo
