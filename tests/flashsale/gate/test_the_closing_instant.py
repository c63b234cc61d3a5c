"""Who is a moment early or late is told by one clock: not the host's, not the browser's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from flashsale.gate import admission, control, limits, published, scripts
from flashsale.gate.keys import Keys, claim_bit
from flashsale.models import Sale
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
MS = timedelta(milliseconds=1)
US = timedelta(microseconds=1)


@pytest.fixture
def sale() -> Sale:
    return sales.live_sale(units=3)


def micro(moment: datetime) -> tuple[int, int]:
    return int(moment.timestamp()), moment.microsecond


def run(sale: Sale, person: sales.Person, name: str, at: datetime) -> list[Any]:
    """The script as it is, at a moment of Redis' clock that the test chooses."""
    fence, keys = control.fence_of(sale), Keys(sale.pk)
    seconds, microseconds = micro(at)
    text = scripts.text(name, fence)
    assert "redis.call('TIME')" in text
    text = text.replace("redis.call('TIME')", f"{{'{seconds}', '{microseconds}'}}")
    lot, ticket = sale.lots.get().pk, sales.ticket(sale, person)
    if name == "claim":
        names = [keys.lease, keys.meta, keys.claimed, keys.came, keys.remain(lot), keys.claims]
        names += [keys.window, keys.places, keys.limits(0), keys.nudge(keys.claims)]
        names += [keys.result(ticket)]
        bit = claim_bit(number=person.number, slot=1, slots=1)
        entry = f"{person.profile_id},{person.number},{lot},1,{ticket}"
        args: list[Any] = [bit, person.number, entry, 0, 0, 0]
    else:
        names = [keys.lease, keys.meta, keys.received, keys.reservations, keys.limits(0)]
        names += [keys.nudge(keys.reservations), keys.result(ticket)]
        args = [f"{person.profile_id},{lot},1,0,0"]
    args += limits.arguments(person_id=person.profile_id, network="")
    said: list[Any] = redis.gate().eval(text, len(names), *names, *args)  # type: ignore[misc]
    return said


@pytest.mark.parametrize(
    ("name", "moment", "said"),
    [
        ("claim", lambda sale: sale.starts_at - MS, [b"EARLY", b"1000"]),
        ("claim", lambda sale: sale.starts_at - US, [b"EARLY", b"1"]),
        ("claim", lambda sale: sale.starts_at, b"IN_LINE"),
        ("claim", lambda sale: sale.ends_at - US, b"IN_LINE"),
        ("claim", lambda sale: sale.ends_at, [b"ENDED"]),
        ("reserve", lambda sale: sale.reserve_opens_at - MS, [b"EARLY", b"1000"]),
        ("reserve", lambda sale: sale.reserve_opens_at, b"RECEIVED"),
        ("reserve", lambda sale: sale.reserve_closes_at - US, b"RECEIVED"),
        ("reserve", lambda sale: sale.reserve_closes_at, [b"LATE"]),
    ],
)
def test_a_window_begins_at_its_first_microsecond_and_ends_before_its_last(
    sale: Sale, name: str, moment: Callable[[Sale], datetime], said: Any
) -> None:
    (person,) = sales.crowd(sale, 1)
    answer = run(sale, person, name, moment(sale))
    assert said in (answer, answer[0])
    keys = Keys(sale.pk)
    entered = redis.gate().xlen(keys.claims if name == "claim" else keys.reservations)
    assert entered == (answer[0] in (b"IN_LINE", b"RECEIVED"))


@pytest.fixture(params=[-3600, 3600], ids=["an hour slow", "an hour fast"])
def wrong_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=request.param))


@pytest.mark.usefixtures("wrong_clock")
def test_a_host_whose_clock_is_wrong_admits_and_refuses_like_the_others() -> None:
    right = control.now(redis.gate())
    sale = sales.approved_sale(now=right, closes_in=7200, starts_in=7200)
    people = sales.crowd(sale, 2)
    soon = control.now(redis.gate()) + timedelta(seconds=1)
    Sale.objects.filter(pk=sale.pk).update(reserve_closes_at=soon, starts_at=soon)
    sales.open_gate(sale)
    early = sales.claim(sale, people[0])
    assert (early.standing, 0 < early.wait_us <= 1_000_000) == (Standing.EARLY, True)
    hour = timedelta(hours=1)
    Sale.objects.filter(pk=sale.pk).update(
        reserve_opens_at=right - hour, reserve_closes_at=right - MS, starts_at=right - MS
    )
    sales.reopen_gate(sale)
    assert sales.claim(sale, people[0]).standing == Standing.IN_LINE
    Sale.objects.filter(pk=sale.pk).update(ends_at=right + MS)
    sales.reopen_gate(sale)
    assert sales.claim(sale, people[1]).standing == Standing.ENDED


def test_a_controller_whose_clock_is_fast_settles_nothing_before_the_end(sale: Sale) -> None:
    Controller().tick(now=sale.ends_at + timedelta(seconds=1))
    sale.refresh_from_db()
    assert sale.state == "approved"
    (person,) = sales.crowd(sale, 1)
    published.forget(sale.pk)
    assert sales.claim(sale, person).standing == Standing.IN_LINE


def test_a_place_from_before_the_end_is_good_after_it(
    sale: Sale, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate is lost in the last second of the sale and comes back after it."""
    settings.SALE_RESTORE_SECONDS = 1
    people = sales.crowd(sale, 2)
    receipt = sales.claim(sale, people[0]).receipt
    assert receipt is not None
    redis.gate().flushdb()
    Sale.objects.filter(pk=sale.pk).update(ends_at=control.now(redis.gate()) - MS)
    sales.open_gate(sale)
    assert admission.look(sales.token_of(sale, people[0])).standing == Standing.RESTORING
    late = admission.claim(sales.token_of(sale, people[1]), slot=1, earlier=None)
    assert late.standing in (Standing.ENDED, Standing.RESTORING)
    kept = admission.claim(sales.token_of(sale, people[0]), slot=1, earlier=receipt)
    assert kept.standing == Standing.PLACED
    keeper = Controller()
    assert keeper.tick(now=clock.now()) == []
    sale.refresh_from_db()
    assert sale.state == "approved"  # nothing is settled while places are kept
    redis.gate().hset(Keys(sale.pk).meta, "restore_until_us", 0)
    keeper.tick(now=clock.now())
    sales.drain(sale)
    assert admission.look(sales.token_of(sale, people[0])).standing == Standing.HELD
