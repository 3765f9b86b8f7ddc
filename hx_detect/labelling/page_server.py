"""The labelling page on this machine. In: a session, a port. Out: a server on 127.0.0.1 until it is ended."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from hx_detect.errors import UsageError
from hx_detect.labelling.page_app import create_app
from hx_detect.labelling.session import Session
from hx_detect.wording import say

ADDRESS = "127.0.0.1"


def serve_page(session: Session, port: int, announce: Callable[[str], None]) -> int:
    """Serve the page until the process is told to end.

    Args:
        session: what is labelled.
        port: 0 takes a free one.
        announce: is told the page's address, which holds the token, once it can be opened.

    Returns:
        0.

    Raises:
        UsageError: the port cannot be used.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise UsageError(
            say(f"--port {port} cannot be used: {error}", f"--port {port} no se puede usar: {error}"),
            cure=say("Leave it out: a free one is taken", "No lo indique: se toma uno libre"),
        ) from error
    with listening:
        listening.listen()
        token = secrets.token_urlsafe(24)
        config = uvicorn.Config(create_app(session, token), log_config=None, access_log=False, server_header=False)
        announce(f"http://{ADDRESS}:{listening.getsockname()[1]}/{token}/")
        with suppress(KeyboardInterrupt):  # the usual end: what was answered is on the disk
            uvicorn.Server(config).run(sockets=[listening])
    return 0
