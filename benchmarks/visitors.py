"""The crowd: each request is its own person's, and each person is followed to their end.

Run as a script with the path of a plan (see load.Plan): it imports nothing of the project, so
that it starts at once and weighs little. One thread, many kept connections; a connection that
has its answer takes the next person. Prints what it heard as JSON and writes a line of the
journal for everybody.
"""

import heapq
import json
import re
import resource
import select
import socket
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

Plan = dict[str, Any]

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
LAST_CHUNK = b"\r\n0\r\n\r\n"
RETRY_AFTER = re.compile(rb"(?i)\r\nretry-after: *(\d+)")
COOKIE = re.compile(rb"(?i)\r\nset-cookie: *([^;\r]+)")
STANDING = re.compile(rb'"(?:standing|code)": ?"([\w-]+)"')
WAIT = re.compile(rb'"(?:wait_ms|poll_ms)": ?(\d+)')
ORDER = re.compile(rb'"number": ?"([\w-]+)"')
UNTIL_LAST_CHUNK = -1
RECEIVE_BYTES = 65_536
AGAIN_SECONDS = 0.5  # where the answer does not say when to come again
LONGEST_WAIT_SECONDS = 3_600.0
SERVER_ERROR = 500


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


class Crowd:
    """Who comes next: first whoever is due to ask or to come again, then the next new person."""

    def __init__(self, plan: Plan, people: Iterator[str], journal: Journal) -> None:
        self.plan, self.people, self.journal = plan, people, journal
        self.waiting: list[tuple[float, int, Person]] = []
        self.under_way = self.ticks = 0
        self.is_closed = False
        self.final, self.asking = frozenset(plan["final"]), frozenset(plan["asking"])
        self.reads_standing = plan["accept"] == "application/json"  # else the status will do
        self.head = f" HTTP/1.1\r\nHost: {plan['host_name']}\r\nX-Forwarded-Proto: https\r\n"

    def next(self, now: float) -> Person | None:
        if self.waiting and self.waiting[0][0] <= now:
            return heapq.heappop(self.waiting)[2]
        line = None if self.is_closed else next(self.people, None)
        if line is None:
            self.is_closed = True
            return None
        self.under_way += 1
        return Person(line)

    def request(self, person: Person) -> bytes:
        """What this person sends now: their wish, or where they stand."""
        path = self.plan["ask" if person.asks else "path"]
        body = "" if person.asks else person.body
        cookie = f"Cookie: {person.cookie}\r\n" if person.cookie else ""
        kind = (
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            if body
            else ""
        )
        return (
            f"{'POST' if body else 'GET'} {path}{self.head}X-Forwarded-For: {person.address}\r\n"
            f"{person.header}\r\nAccept: {self.plan['accept']}\r\n{cookie}{kind}\r\n{body}"
        ).encode()

    def heard(self, person: Person, answer: bytes, sent_at: float, now: float) -> None:
        """The person is at their end, or comes again when the answer says so."""
        journal, status = self.journal, int(answer[9:12])
        journal.requests += 1
        journal.errors += status >= SERVER_ERROR and not RETRY_AFTER.search(answer)
        said = STANDING.search(answer) if self.reads_standing else None
        person.heard = said[1].decode() if said else str(status)
        person.asks = person.heard in self.asking
        if not person.was_told and (person.asks or person.heard in self.final):
            person.was_told = True
            journal.told(person.heard, now - sent_at)
        if cookie := COOKIE.search(answer):
            person.cookie = cookie[1].decode()
        if person.heard in self.final:
            order = ORDER.search(answer)
            person.order = order[1].decode() if order else ""
            self.leave(person)
        else:
            self.wait(person, now + self._pause(answer))

    def lost(self, person: Person, now: float) -> None:
        """No answer came: the page would send it again."""
        self.journal.requests += 1
        self.journal.errors += 1
        person.asks = False
        self.wait(person, now + AGAIN_SECONDS)

    def wait(self, person: Person, due: float) -> None:
        self.ticks += 1
        heapq.heappush(self.waiting, (due, self.ticks, person))

    def leave(self, person: Person) -> None:
        self.under_way -= 1
        self.journal.end(person)

    def go_home(self) -> None:
        """Time is up: whoever is under way has heard what they have heard."""
        for _due, _tick, person in self.waiting:
            self.leave(person)
        self.waiting.clear()

    @property
    def is_over(self) -> bool:
        return self.is_closed and not self.under_way

    def _pause(self, answer: bytes) -> float:
        if after := RETRY_AFTER.search(answer):
            return int(after[1])
        if wait := WAIT.search(answer):
            return min(int(wait[1]) / 1_000, LONGEST_WAIT_SECONDS)
        return AGAIN_SECONDS


class Hall:
    """The connections, and whose turn it is on each."""

    def __init__(self, plan: Plan, crowd: Crowd) -> None:
        self.plan, self.crowd = plan, crowd
        self.poll = select.epoll()
        self.lines: dict[int, Line] = {}
        self.idle: list[Line] = []
        self.missing = plan["connections"]

    def run(self) -> None:
        """Everybody has come to their end, or the time is up."""
        stop_at = time.monotonic() + self.plan["seconds"]
        while not self.crowd.is_over and (now := time.monotonic()) < stop_at:
            self._open_missing()
            while self.idle and (person := self.crowd.next(now)):
                self._send(self.idle.pop(), person, now)
            for descriptor, _event in self.poll.poll(self._patience(now, stop_at)):
                if line := self.lines.get(descriptor):  # not dropped a moment ago
                    self._listen(line)
        for line in self.lines.values():
            if line.person is not None:
                self.crowd.leave(line.person)
        self.crowd.go_home()

    def _patience(self, now: float, stop_at: float) -> float:
        due = self.crowd.waiting[0][0] if self.idle and self.crowd.waiting else stop_at
        return max(0.0, min(due, stop_at, now + 0.2) - now)

    def _listen(self, line: Line) -> None:
        person = line.person
        try:
            answer = line.receive()
        except OSError:
            self._drop(line)
            return
        if answer is None:
            return
        now = time.monotonic()
        if person is not None:
            self.crowd.heard(person, answer, line.sent_at, now)
        line.person = None
        following = self.crowd.next(now)
        if following is None:
            self.idle.append(line)
        else:
            self._send(line, following, now)

    def _send(self, line: Line, person: Person, now: float) -> None:
        try:
            line.send(person, self.crowd.request(person), now)
        except OSError:
            self._drop(line)

    def _drop(self, line: Line) -> None:
        """The connection broke; whoever used it comes again on another."""
        del self.lines[line.socket.fileno()]
        self.poll.unregister(line.socket)
        line.socket.close()
        if line in self.idle:
            self.idle.remove(line)
        self.missing += 1
        if line.person is not None:
            self.crowd.lost(line.person, time.monotonic())

    def _open_missing(self) -> None:
        while self.missing:
            try:
                line = Line(self.plan["host"], self.plan["port"])
            except OSError:
                return  # the server is away for a moment: the next turn tries again
            self.lines[line.socket.fileno()] = line
            self.poll.register(line.socket, select.EPOLLIN)
            self.idle.append(line)
            self.missing -= 1


def people_of(plan: Plan, file: TextIO) -> Iterator[str]:
    """The lines of the file, once; or over and over for as long as it takes."""
    yield from file
    while plan["repeats"]:
        file.seek(0)
        yield from file


def main(plan_path: str) -> None:
    with open(plan_path) as file:  # noqa: PTH123 - this script starts without the project
        plan: Plan = json.load(file)
    with (
        open(plan["people"]) as people,  # noqa: PTH123
        open(plan["journal"] or "/dev/null", "w") as kept,  # noqa: PTH123
    ):
        journal = Journal(kept if plan["journal"] else None)
        hall = Hall(plan, Crowd(plan, people_of(plan, people), journal))
        time.sleep(max(0.0, plan["begin_at"] - time.time()))
        journal.began = journal.last_told = journal.last_end = time.time()
        hall.run()
    print(json.dumps(journal.summary()))


if __name__ == "__main__":
    main(sys.argv[1])
