"""One person of the crowd, the connection they use, and the journal of what everybody heard."""

import re
import resource
import socket
import time
from array import array
from collections import Counter
from typing import Any, TextIO

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
LAST_CHUNK = b"\r\n0\r\n\r\n"
UNTIL_LAST_CHUNK = -1
RECEIVE_BYTES = 65_536


class Person:
    """Somebody who is under way. `heard` is the last standing, `asks` that they are in line."""

    __slots__ = ("address", "asks", "body", "cookie", "header", "heard", "key", "order", "was_told")

    def __init__(self, line: str) -> None:
        self.key, self.address, self.header, self.body = line.rstrip("\n").split("\t")
        self.cookie = self.heard = self.order = ""
        self.asks = self.was_told = False


class Line:
    """One kept connection, with the person who uses it at the moment."""

    __slots__ = ("buffer", "person", "sent_at", "socket", "total")

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.person: Person | None = None
        self.buffer = b""
        self.sent_at = 0.0
        self.total = 0

    def send(self, person: Person, request: bytes, now: float) -> None:
        self.person, self.buffer, self.total, self.sent_at = person, b"", 0, now
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, or None while some of it is on its way. Raises OSError."""
        part = self.socket.recv(RECEIVE_BYTES)
        if not part:
            raise ConnectionResetError
        self.buffer += part
        if not self.total and not self._measure():
            return None
        if self.total == UNTIL_LAST_CHUNK:
            return self.buffer if self.buffer.endswith(LAST_CHUNK) else None
        return self.buffer if len(self.buffer) >= self.total else None

    def _measure(self) -> bool:
        """`total` says how long the answer is, once its head is there."""
        end = self.buffer.find(b"\r\n\r\n") + 2
        if end < 2:
            return False
        length = LENGTH.search(self.buffer, 0, end)
        if length is None and CHUNKED.search(self.buffer, 0, end):
            self.total = UNTIL_LAST_CHUNK
        else:
            self.total = end + 2 + (int(length[1]) if length else 0)
        return True


class Journal:
    """What everybody heard, counted; and a line for each in the file, if one is wanted."""

    def __init__(self, file: TextIO | None) -> None:
        self.file = file
        self.first: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.per_second: Counter[int] = Counter()
        self.latencies = array("f")
        self.requests = self.errors = 0
        self.began = self.last_told = self.last_end = time.time()

    def told(self, standing: str, seconds: float) -> None:
        """Somebody heard for the first time where they stand."""
        self.last_told = time.time()
        self.first[standing] += 1
        self.per_second[int(self.last_told - self.began)] += 1
        self.latencies.append(seconds * 1_000)

    def end(self, person: Person) -> None:
        self.last_end = time.time()
        self.ends[person.heard] += 1
        if self.file is not None:
            self.file.write(f"{person.key}\t{person.heard}\t{person.order}\n")

    def summary(self) -> dict[str, Any]:
        ordered = sorted(self.latencies)
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "first": dict(self.first),
            "ends": dict(self.ends),
            "requests": self.requests,
            "errors": self.errors,
            "began": self.began,
            "told_seconds": self.last_told - self.began,
            "seconds": self.last_end - self.began,
            "per_second": [
                self.per_second[second] for second in range(max(self.per_second, default=-1) + 1)
            ],
            "p50_ms": _part(ordered, 0.50),
            "p95_ms": _part(ordered, 0.95),
            "p99_ms": _part(ordered, 0.99),
            "cpu_seconds": used.ru_utime + used.ru_stime,
        }


def _part(ordered: list[float], share: float) -> float:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) if ordered else 0.0
