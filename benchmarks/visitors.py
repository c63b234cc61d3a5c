"""The crowd: each request is its own person's, and each person is followed to their end.

Run as a module with the path of a plan (see load.Plan): it imports nothing of the site, so that
it starts at once and weighs little. One thread, many kept connections; a connection that
has its answer takes the next person. Prints what it heard as JSON and writes a line of the
journal for everybody.
"""

import heapq
import json
import re
import select
import sys
import time
from collections.abc import Iterator
from typing import Any, TextIO

from benchmarks.hearing import Journal, Line, Person

Plan = dict[str, Any]

RETRY_AFTER = re.compile(rb"(?i)\r\nretry-after: *(\d+)")
COOKIE = re.compile(rb"(?i)\r\nset-cookie: *([^;\r]+)")
STANDING = re.compile(rb'"(?:standing|code)": ?"([\w-]+)"')
WAIT = re.compile(rb'"(?:wait_ms|poll_ms)": ?(\d+)')
ORDER = re.compile(rb'"number": ?"([\w-]+)"')
AGAIN_SECONDS = 0.5  # where the answer does not say when to come again
LONGEST_WAIT_SECONDS = 3_600.0
SERVER_ERROR = 500


class Crowd:
    """Who comes next: first whoever is due to ask or to come again, then the next new person."""

    def __init__(self, plan: Plan, people: Iterator[str], journal: Journal) -> None:
        self.plan, self.people, self.journal = plan, people, journal
        self.waiting: list[tuple[float, int, Person]] = []
        self.under_way = self.ticks = 0
        self.is_closed = False
        self.final, self.asking = frozenset(plan["final"]), frozenset(plan["asking"])
        self.reads_standing = plan["accept"] == "application/json"  # else the status will do
        packing = f"Accept-Encoding: {plan['encoding']}\r\n" if plan["encoding"] else ""
        self.accepts = f"Accept: {plan['accept']}\r\n{packing}"
        self.head = (
            f" HTTP/1.1\r\nHost: {plan['host_name']}\r\nX-Forwarded-Proto: https\r\n"
            f"{plan['headers']}"
        )

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
            f"{person.header}\r\n{self.accepts}{cookie}{kind}\r\n{body}"
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
