"""Without this file a server of a test's own would answer what it has not read, and reset the connection as it closes."""

import socket


def posted(connection: socket.socket) -> bytes:
    """A whole request whose body is a JSON object."""
    asked = b""
    while not asked.endswith(b"}"):
        more = connection.recv(65536)
        assert more, asked
        asked += more
    return asked
