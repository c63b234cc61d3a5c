"""Free TCP ports on the loopback address."""

import errno
import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # A server's own option: connections of yesterday in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
        return True


def any_free() -> int:
    """A port that the kernel says is free. Somebody may take it before we do: retry then."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def first_free(start: int, *, tries: int = 50) -> int:
    """The first free port from `start` on.

    Raises: OSError when none of `tries` ports is free.
    """
    for port in range(start, start + tries):
        if is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no free port between {start} and {start + tries - 1}")
