"""What goes wrong on request: late, repeated, reordered and lost webhooks, answers cut off."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial

from payments.sandbox import declines
from payments.sandbox.errors import InvalidParameter, Json
from payments.sandbox.store import Store


@dataclass
class Rules:
    """The faults in force. Counters fall to zero as they are used up.

    paused: deliveries wait until a flush or until this is false again.
    delay_seconds: each delivery waits this long.
    copies: how often each event is delivered.
    drop_next: this many events are never delivered (a redelivery can be asked for).
    twin_next: this many events are followed by a second one of another id that says the same.
    shuffle_seed: a flush delivers in an order drawn from this seed, not as created.
    break_next: this many API writes are done and then answered by a closed connection.
    spoil_next: this many API writes are done and then answered with a 500, which their key
        remembers: asking again never gets another answer.
    fail_next: this many API writes are refused with ``fail_status`` before anything is done.
    fail_reads_next: this many API reads are, likewise.
    only_path: the four above, and hold_seconds, concern addresses that begin like this.
    hold_seconds: API writes take this long (so that two requests can meet).
    processing_next: this many confirmed payments stay in processing until settled by hand.
    decline_next: this many payments are declined with ``decline_code``, whatever the card.
    refund_seconds: how long a refund takes that does not settle at once.
    dispute_seconds: how long a bank looks at evidence that decides.
    payout_seconds: how long a payout is under way.
    available_seconds: how long until the money of a charge is available.
    search_seconds: how late a search finds a new object.
    """

    paused: bool = False
    delay_seconds: float = 0.0
    copies: int = 1
    drop_next: int = 0
    twin_next: int = 0
    shuffle_seed: int | None = None
    break_next: int = 0
    spoil_next: int = 0
    fail_next: int = 0
    fail_reads_next: int = 0
    only_path: str = "/v1/"
    fail_status: int = 500
    hold_seconds: float = 0.0
    processing_next: int = 0
    decline_next: int = 0
    decline_code: str = "generic_decline"
    refund_seconds: float = 10.0
    dispute_seconds: float = 10.0
    payout_seconds: float = 10.0
    available_seconds: float = 2 * 24 * 60 * 60.0
    search_seconds: float = 60.0


_COUNTERS = (
    "break_next",
    "decline_next",
    "drop_next",
    "fail_next",
    "fail_reads_next",
    "processing_next",
    "spoil_next",
    "twin_next",
)
_REAL_TIMES = ("delay_seconds", "hold_seconds")
_CLOCK_TIMES = (
    "available_seconds",
    "dispute_seconds",
    "payout_seconds",
    "refund_seconds",
    "search_seconds",
)
_LONGEST_SECONDS = 30 * 24 * 60 * 60


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= 1000


def _is_time(value: object, *, longest: int = 3600) -> bool:
    return type(value) in {int, float} and 0 <= value <= longest  # type: ignore[operator]


_FITS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(_COUNTERS, _is_count),
    **dict.fromkeys(_REAL_TIMES, _is_time),
    **dict.fromkeys(_CLOCK_TIMES, partial(_is_time, longest=_LONGEST_SECONDS)),
    "decline_code": lambda value: value in declines.CODES,
    "copies": lambda value: _is_count(value) and value != 0,
    "fail_status": lambda value: value in (429, 500, 502, 503),
    "only_path": lambda value: isinstance(value, str) and value.startswith("/v1/"),
    "paused": lambda value: type(value) is bool,
    "shuffle_seed": lambda value: value is None or type(value) is int,
}


@dataclass
class Faults:
    """The rules with their lock. In memory only: a restarted sandbox behaves."""

    rules: Rules = field(default_factory=Rules)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def change(self, wanted: Json) -> Json:
        """Set the named rules, all or none. Raises InvalidParameter for what is no rule."""
        for name, value in wanted.items():
            if name not in _FITS or not _FITS[name](value):
                raise InvalidParameter(f"There is no rule {name} with this value.", param=name)
        with self.lock:
            for name, value in wanted.items():
                setattr(self.rules, name, value)
            return asdict(self.rules)

    def reset(self) -> None:
        with self.lock:
            self.rules = Rules()

    def concern(self, path: str) -> bool:
        """Return whether requests to this address are those that shall go wrong."""
        return path.startswith(self.rules.only_path)

    def take(self, counter: str) -> bool:
        """Return whether one of the counter was left, and use it up."""
        if counter not in _COUNTERS:
            raise KeyError(counter)
        with self.lock:
            left: int = getattr(self.rules, counter)
            setattr(self.rules, counter, max(0, left - 1))
            return left > 0

    def queue(self, store: Store, event_id: str) -> None:
        """Write the deliveries of an event into its transaction, as the rules have it."""
        state = "dropped" if self.take("drop_next") else "pending"
        due = time.time() + self.rules.delay_seconds
        for _ in range(self.rules.copies if state == "pending" else 1):
            enqueue(store, event_id, due, state=state)

    def order(self, deliveries: list[int]) -> list[int]:
        """Return the ids in the order in which a flush sends them."""
        seed = self.rules.shuffle_seed
        if seed is None:
            return deliveries
        return random.Random(seed).sample(deliveries, len(deliveries))


def enqueue(store: Store, event_id: str, due: float, *, state: str = "pending") -> None:
    store.rows(
        "INSERT INTO deliveries (event_id, state, due) VALUES (?, ?, ?)", event_id, state, due
    )
