"""The limit of Redis: the very commands that the view would send, pipelined, without the view.

What redis-benchmark does with one command again and again, with another person in each.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from benchmarks.sales import Stage
from flashsale import tokens
from flashsale.gate import admission, limits
from flashsale.gate.admission import Wishes
from socialcommerce.lib import redis

Command = tuple[Any, ...]
Form = dict[str, list[str]]
PIPELINED = 50


def reserves_per_second(stage: Stage, wishes: Path) -> float:
    """Everybody in the file has reserved; how many a second Redis took."""

    def reserve(form: Form, network: str) -> None:
        token = tokens.read(form["token"][0], sale_id=stage.sale_id)
        wish = Wishes(stage.lot_id, int(form["address"][0]), pay_from_wallet=True, share=False)
        admission.reserve(token, wish, network=network)

    return _per_second(_commands(wishes, reserve, [b"RECEIVED", b"0", 0]))


def claims_per_second(stage: Stage, claims: Path) -> float:
    """Everybody in the file is in line; how many a second Redis took."""

    def claim(form: Form, network: str) -> None:
        token = tokens.read(form["token"][0], sale_id=stage.sale_id)
        admission.claim(token, slot=1, earlier=None, network=network)

    return _per_second(_commands(claims, claim, [b"IN_LINE", b"0", 0]))


def _commands(
    people: Path, act: Callable[[Form, str], None], said: list[bytes | int]
) -> list[Command]:
    """What the view's own code would have sent for each line of the file."""
    recorded: list[Command] = []
    with _recording(recorded, said), people.open() as lines:
        for line in lines:
            _key, address, _header, body = line.rstrip("\n").split("\t")
            act(parse_qs(body), limits.network_of(address))
    return recorded


@contextmanager
def _recording(recorded: list[Command], said: list[bytes | int]) -> Iterator[None]:
    """The door to Redis writes down what it is asked, and says that all went well."""
    door = redis.ask

    def note(*commands: Command) -> list[Any]:
        recorded.extend(commands)
        return [said for _command in commands]

    redis.ask = note
    try:
        yield
    finally:
        redis.ask = door


def _per_second(commands: list[Command]) -> float:
    """Raises RuntimeError where Redis took fewer than were sent."""
    connection: Any = redis.gate().connection_pool.get_connection()
    batches = [
        connection.pack_commands(commands[start : start + PIPELINED])
        for start in range(0, len(commands), PIPELINED)
    ]
    taken, began = 0, time.monotonic()
    for number, batch in enumerate(batches):
        connection.send_packed_command(batch)
        for _command in commands[number * PIPELINED : (number + 1) * PIPELINED]:
            taken += connection.read_response()[0] in (b"RECEIVED", b"IN_LINE")
    seconds = time.monotonic() - began
    redis.gate().connection_pool.release(connection)
    if taken != len(commands) or not taken:
        raise RuntimeError(f"Redis took {taken} of {len(commands)}.")
    return taken / seconds
