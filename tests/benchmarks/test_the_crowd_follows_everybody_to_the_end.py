"""The load generator against a small server that sheds, queues, hangs up and answers."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks import load
from benchmarks.load import Plan

PEOPLE = 30
SOLD_OUT, BUSY, HANGS_UP = 7, 8, 9


class Visits(Counter[tuple[str, str]]):
    """How often each person came for what; the threads of the server share it."""

    lock = threading.Lock()

    def visit(self, person: str, path: str) -> int:
        with self.lock:
            self[person, path] += 1
            return self[person, path]


class Handler(BaseHTTPRequestHandler):
    """In line, and held when asked for the second time; three people have it otherwise."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body together, or the second waits for an acknowledgement
    visits: Visits
    places: dict[str, str]

    def do_POST(self) -> None:
        person = self.rfile.read(int(self.headers["Content-Length"])).decode()
        turn = self.visits.visit(person, "claim")
        if int(person) == HANGS_UP and turn == 1:
            self.close_connection = True
        elif int(person) == BUSY and turn == 1:
            self._say(503, {"standing": "busy"}, ("Retry-After", "0"))
        elif int(person) == SOLD_OUT:
            self._say(200, {"standing": "sold_out"})
        else:
            said = {"standing": "in_line", "poll_ms": 10}
            self._say(200, said, ("Set-Cookie", f"place={person}; Path=/"))

    def do_GET(self) -> None:
        person = self.headers["Person"]
        self.places[person] = self.headers["Cookie"]
        if self.visits.visit(person, "ask") < 2:
            self._say(200, {"standing": "in_line", "poll_ms": 10})
        else:
            self._say(200, {"standing": "held", "number": f"N-{person}"})

    def _say(self, status: int, body: dict[str, Any], *headers: tuple[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(content)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # connections that come at the same moment; a sixth would wait 1 s


@pytest.fixture
def handler() -> type[Handler]:
    return type("Fresh", (Handler,), {"visits": Visits(), "places": {}})


@pytest.fixture
def port(handler: type[Handler]) -> Iterator[int]:
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    lines = ((number, f"Person: {number}", str(number)) for number in range(1, PEOPLE + 1))
    return load.write_people(tmp_path / "people", lines)


def plan(port: int, people: Path, **more: Any) -> Plan:
    values = {"final": ("held", "sold_out"), "asking": ("in_line",), "ask": "/state"}
    return Plan(port, people, "/claim", **{**values, "connections": 8, "seconds": 20.0, **more})


def test_everybody_comes_to_an_end_and_is_counted(
    port: int, people: Path, handler: type[Handler]
) -> None:
    heard = load.run(plan(port, people))

    assert heard.ends == {"held": PEOPLE - 1, "sold_out": 1}
    assert heard.first == {"in_line": PEOPLE - 1, "sold_out": 1}
    assert sum(heard.per_second) == PEOPLE
    assert 0 < heard.told_seconds <= heard.seconds


def test_each_person_claims_once_unless_nothing_was_taken(
    port: int, people: Path, handler: type[Handler]
) -> None:
    heard = load.run(plan(port, people))

    claims = {int(person): n for (person, path), n in handler.visits.items() if path == "claim"}
    assert {person for person, times in claims.items() if times > 1} == {BUSY, HANGS_UP}
    assert heard.errors == 1  # who was hung up on; to be asked to come again is an answer


def test_a_place_in_line_is_kept_and_shown(port: int, people: Path, handler: type[Handler]) -> None:
    load.run(plan(port, people))

    assert handler.places["1"] == "place=1"
    assert handler.places["30"] == "place=30"


def test_the_journal_has_a_line_for_each(port: int, people: Path, tmp_path: Path) -> None:
    load.run(plan(port, people, journal=tmp_path / "journal"))

    lines = [line.split("\t") for line in (tmp_path / "journal").read_text().splitlines()]
    assert len(lines) == PEOPLE
    assert ["1", "held", "N-1"] in lines
    assert ["7", "sold_out", ""] in lines


def test_when_time_is_up_everybody_keeps_what_they_have_heard(port: int, people: Path) -> None:
    heard = load.run(plan(port, people, final=("never",), seconds=0.5))

    assert sum(heard.ends.values()) == PEOPLE
    assert heard.seconds < 5


def test_a_rate_is_measured_by_people_who_come_over_and_over(port: int, people: Path) -> None:
    heard = load.run(
        plan(port, people, final=("in_line", "sold_out", "busy"), repeats=True, seconds=0.5)
    )

    assert heard.requests > PEOPLE
