"""Random people do random things; the scripts in Redis and a few lines of Python must agree."""

import time

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flashsale.gate import scripts
from flashsale.gate.keys import GROUP, Keys, claim_bit
from flashsale.gate.scripts import Fence
from flashsale.intake import streams
from socialcommerce.lib import redis

SALE, LOT = 7, 3
EVERYBODY = range(1, 7)
PEOPLE = st.sampled_from(EVERYBODY)
HOUR_US = 3_600_000_000
MOST = 1_000  # of one person: above what a run of the model does


class Gate(RuleBasedStateMachine):
    """remain, who is marked, who came and what is queued; the clock stands within the sale.

    It may have an opening window, which is decided at some time in an order that the model
    chooses, and waves after it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.client, self.keys = redis.gate(), Keys(SALE)
        self.client.flushdb()
        self.epoch, self.open, self.stock, self.wave = 0, False, 3, 0
        self.claimed: set[int] = set()
        self.came: set[int] = set()
        self.gathered: list[int] = []
        self.undecided = False
        self.queued: dict[str, int] = {}
        self.lost: set[str] = set()
        self.load()

    def load(self) -> None:
        """What a rebuild loads, under the next epoch."""
        self.epoch += 1
        self.fence = Fence(SALE, self.epoch, f"n{self.epoch}")
        now = time.time_ns() // 1000
        meta = {"fence": str(self.fence), "starts_us": now - HOUR_US, "ends_us": now + HOUR_US}
        meta |= {"opens_us": now - HOUR_US, "closes_us": now + HOUR_US, "window_us": 1}
        meta |= {"restoring": 0, "restore_until_us": 0, "undecided": int(self.undecided)}
        self.client.delete(self.keys.meta)
        self.client.hset(self.keys.meta, mapping=meta)
        self.client.set(self.keys.remain(LOT), self.stock)
        streams.ensure(self.client, self.keys.claims)
        scripts.load(self.client, self.fence)
        assert self._renew(opens=0) == 0
        assert self._renew(opens=1) == 1
        self.open = True

    @rule()
    def rebuild(self) -> None:
        self.load()

    @precondition(lambda self: not self.undecided and self.wave == 0 and not self.claimed)
    @rule()
    def rebuild_with_a_window(self) -> None:
        self.undecided = True
        self.load()

    @precondition(lambda self: self.gathered)
    @rule(chance=st.randoms(use_true_random=False), piece=st.integers(min_value=1, max_value=4))
    def decide(self, chance: object, piece: int) -> None:
        """In any order, in pieces of any size; a piece sent twice enters once."""
        order = sorted(self.gathered, key=lambda _person: chance.random())  # type: ignore[attr-defined]
        for start in range(0, len(order), piece):
            entries = [f"{_entry(person)},1" for person in order[start : start + piece]]
            assert self._enter(start, len(order), entries)[1] == start + len(entries)
            again = self._enter(start, len(order), entries)
            assert again[0] in (b"AT", b"OPEN")
        for person, entry in zip(order, self._entered(len(order)), strict=True):
            self.queued[entry] = person
            if self.stock:
                self.stock -= 1
            else:
                self.lost.add(entry)
        self.gathered, self.undecided = [], False
        self.client.delete(self.keys.window)

    @precondition(lambda self: not self.undecided and not self.queued and self.wave < 5)
    @rule(units=st.integers(min_value=0, max_value=2))
    def open_a_wave(self, units: int) -> None:
        """Units came back: whoever has none may claim again, if they came before."""
        self.wave += 1
        self.stock = units
        self.claimed = set()
        self.client.delete(self.keys.claimed)
        self.load()

    @rule()
    def lose_the_lease(self) -> None:
        self.client.delete(self.keys.lease)
        self.open = False

    @rule()
    def renew(self) -> None:
        assert self._renew(opens=0) == 1
        self.open = True

    @rule(person=PEOPLE)
    def claim(self, person: int) -> None:
        said = self._claim(person, self.fence)[0].decode()
        if not self.open:
            assert said == "CLOSED"
            return
        if person in self.claimed:
            assert said == "DUP"
            return
        if self.wave and person not in self.came:
            assert said == "NOT_INVITED"
            return
        self.came.add(person)
        if self.undecided:
            assert said == "IN_LINE"
            self.claimed.add(person)
            self.gathered.append(person)
        elif self.stock == 0:
            assert said == "SOLD_OUT"
        else:
            assert said == "IN_LINE"
            self.stock -= 1
            self.claimed.add(person)
            self.queued[self._entered(1)[0]] = person

    @precondition(lambda self: self.epoch > 1)
    @rule(person=PEOPLE)
    def claim_with_an_old_script(self, person: int) -> None:
        old = Fence(SALE, self.epoch - 1, f"n{self.epoch - 1}")
        assert self._claim(person, old) == [b"CLOSED"]

    @precondition(lambda self: self.queued)
    @rule(refused=st.booleans(), times=st.integers(min_value=1, max_value=3))
    def settle(self, *, refused: bool, times: int) -> None:
        streams.take(self.client, self.keys.claims, count=1)
        pending = self.client.xpending_range(self.keys.claims, GROUP, "-", "+", 1)
        entry = pending[0]["message_id"].decode()
        person, took = self.queued.pop(entry), entry not in self.lost
        bit = claim_bit(number=person, slot=1, slots=1)
        names = [self.keys.meta, self.keys.claims, self.keys.claimed]
        names += [self.keys.result(f"t{person}"), self.keys.remain(LOT)]
        args = [60_000, entry, "", int(refused and took), bit if refused else ""]
        told = [self.call("settle", names, args) for _time in range(times)]
        assert told == [1] + [0] * (times - 1)
        if refused:
            self.stock += int(took)
            self.claimed.discard(person)

    @rule(delta=st.integers(min_value=-2, max_value=2))
    def give(self, delta: int) -> None:
        self.stock = max(0, self.stock + delta)
        owed = self.keys.owed(str(self.fence))
        self.client.hincrby(owed, str(LOT), delta)
        names = [self.keys.meta, owed, self.keys.remain(LOT)]
        told = [self.call("give", names, [LOT]) for _time in range(2)]
        assert told == [int(delta != 0), 0]

    @rule(seen=st.integers(min_value=0, max_value=4), free=st.integers(min_value=0, max_value=4))
    def repair(self, seen: int, free: int) -> None:
        names = [self.keys.meta, self.keys.remain(LOT), self.keys.claims]
        moved = seen != self.stock or bool(self.queued)
        assert self.call("repair", names, [seen, free]) == (0 if moved else 1)
        if not moved:
            self.stock = free

    @invariant()
    def redis_agrees(self) -> None:
        assert int(self.client.get(self.keys.remain(LOT)) or -1) == self.stock
        assert self.client.xlen(self.keys.claims) == len(self.queued)
        assert self.client.xlen(self.keys.window) == len(self.gathered)
        assert self._bits(self.keys.claimed) == self.claimed
        assert self._bits(self.keys.came) == self.came

    def _renew(self, *, opens: int) -> object:
        return self.call("renew", [self.keys.lease, self.keys.meta], [60_000, opens])

    def call(self, name: str, names: list[str], args: list[object]) -> object:
        return scripts.call(self.client, name, self.fence, names, args)

    def _claim(self, person: int, fence: Fence) -> list[bytes]:
        keys = self.keys
        names = [keys.lease, keys.meta, keys.claimed, keys.came, keys.remain(LOT), keys.claims]
        names += [keys.window, keys.places, keys.limits(0), keys.nudge(keys.claims)]
        names += [keys.result(f"t{person}")]
        bit = claim_bit(number=person, slot=1, slots=1)
        args = [bit, person, _entry(person), self.wave, 0, 0, 60, person, MOST, "", 0]
        said: list[bytes] = scripts.call(self.client, "claim", fence, names, args)
        return said

    def _enter(self, start: int, count: int, entries: list[str]) -> list[bytes | int]:
        keys = self.keys
        names = [keys.meta, keys.window, keys.claims, keys.remain(LOT)]
        args = [start, count, len(self.gathered), 1, LOT, *entries]
        said: list[bytes | int] = scripts.call(self.client, "open", self.fence, names, args)
        return said

    def _bits(self, bitmap: str) -> set[int]:
        return {person for person in EVERYBODY if self.client.getbit(bitmap, person - 1)}

    def _entered(self, count: int) -> list[str]:
        """The newest entries, the oldest of them first."""
        newest = self.client.xrevrange(self.keys.claims, count=count)
        return [entry_id.decode() for entry_id, _fields in reversed(newest)]


def _entry(person: int) -> str:
    return f"{person},{person},{LOT},1,{person:032x}"


TestGate = Gate.TestCase
TestGate.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize(
    ("starts_in_us", "ends_in_us", "said"),
    [(1_000_000, HOUR_US, b"EARLY"), (-HOUR_US, -1, b"ENDED"), (-1, HOUR_US, b"SOLD_OUT")],
)
def test_the_scripts_clock_alone_says_when(starts_in_us: int, ends_in_us: int, said: bytes) -> None:
    gate = Gate()
    seconds, microseconds = gate.client.time()
    now = int(seconds) * 1_000_000 + int(microseconds)
    times = {"starts_us": now + starts_in_us, "ends_us": now + ends_in_us}
    gate.client.hset(gate.keys.meta, mapping=times)
    gate.client.set(gate.keys.remain(LOT), 0)
    assert gate._claim(1, gate.fence)[0] == said
    assert gate.client.getbit(gate.keys.claimed, 0) == 0
    assert gate.client.xlen(gate.keys.claims) == 0


def test_every_script_states_its_contract() -> None:
    for name in scripts.NAMES:
        head = scripts.source(name).split("\n\n")[0]
        assert head.startswith(f"-- {name}.lua: ")
        for part in ("-- KEYS", "-- ARGV", "-- Example", "-- Results"):
            assert part in head, f"{name}.lua says nothing of {part}"
