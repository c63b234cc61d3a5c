"""Limits, shedding, pace and proof of work: a crowd is told when to come back, nobody loses."""

import hashlib

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from flashsale import tokens
from flashsale.gate import admission, counters, limits, pace, published
from flashsale.gate.admission import Wishes
from flashsale.gate.keys import Keys
from flashsale.models import Sale
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import redis
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
# So many people are in line.
COME = "for _ = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'e', '') end"


@pytest.fixture(autouse=True)
def one_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test is never cut in two by the end of a period."""
    monkeypatch.setattr(limits, "PERIOD_SECONDS", 1_000_000)


def claim(sale: Sale, person: Person, network: str) -> Standing:
    token = sales.token_of(sale, person)
    return admission.claim(token, slot=1, earlier=None, network=network).standing


def post(sale: Sale, person: Person, **extra: str) -> dict[str, str]:
    return {"token": tokens.issue(sales.token_of(sale, person)), **extra}


def untouched(sale: Sale, *, remain: int) -> bool:
    client, keys = redis.gate(), Keys(sale.pk)
    left = client.get(keys.remain(sale.lots.get().pk))
    return left == str(remain).encode() and client.xlen(keys.claims) == 0


def test_one_person_who_asks_without_end_is_told_to_wait_and_stays_in_line(
    settings: Settings,
) -> None:
    settings.SALE_PERSON_LIMIT = 3
    sale = sales.live_sale(units=5)
    (person,) = sales.crowd(sale, 1)
    said = [sales.claim(sale, person).standing for _time in range(4)]
    assert said == [Standing.IN_LINE] * 3 + [Standing.TOO_FAST]
    response = Client().post(f"/sales/{sale.pk}/claim/", post(sale, person), headers=JSON)
    assert response.status_code == 429
    assert int(response["Retry-After"]) == response.json()["retry_after_seconds"]
    page = Client().post(f"/sales/{sale.pk}/claim/", post(sale, person))
    assert page.status_code == 429
    assert "too fast" in page.content.decode()
    assert admission.look(sales.token_of(sale, person)).standing == Standing.IN_LINE
    assert redis.gate().xlen(Keys(sale.pk).claims) == 1


def test_one_network_is_limited_and_its_neighbours_are_not(settings: Settings) -> None:
    settings.SALE_NETWORK_LIMIT = 2
    sale = sales.live_sale(units=9)
    people = sales.crowd(sale, 4)
    said = [claim(sale, person, "10.2.3") for person in people[:3]]
    assert said == [Standing.IN_LINE, Standing.IN_LINE, Standing.TOO_FAST]
    assert claim(sale, people[3], "10.2.4") == Standing.IN_LINE


def test_the_limits_end_with_their_period(settings: Settings) -> None:
    settings.SALE_PERSON_LIMIT = 1
    sale = sales.live_sale(units=9)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    (name,) = redis.gate().keys(Keys(sale.pk).limits("*"))  # type: ignore[arg-type]
    assert 0 < redis.gate().ttl(name) <= 2 * limits.PERIOD_SECONDS
    before, after = limits.period(9_999_999), limits.period(2 * limits.PERIOD_SECONDS * 1_000_000)
    assert (before, after) == (0, 2)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113"),
        ("::ffff:203.0.113.9", "203.0.113"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_a_network_is_what_a_household_or_a_carrier_shares(address: str, network: str) -> None:
    assert limits.network_of(address) == network


def test_a_forged_header_moves_nobody_to_another_network(settings: Settings) -> None:
    settings.SALE_NETWORK_LIMIT = 1
    sale = sales.live_sale(units=9)
    people = sales.crowd(sale, 3)
    settings.TRUSTED_PROXY_COUNT = 0
    said = [
        Client()
        .post(
            f"/sales/{sale.pk}/claim/",
            post(sale, person),
            headers={**JSON, "X-Forwarded-For": f"198.51.{place}.7"},
        )
        .status_code
        for place, person in enumerate(people[:2])
    ]
    assert said == [200, 429]
    settings.TRUSTED_PROXY_COUNT = 1
    headers = {**JSON, "X-Forwarded-For": "127.0.0.1, 198.51.100.7"}
    assert (
        Client()
        .post(f"/sales/{sale.pk}/claim/", post(sale, people[2]), headers=headers)
        .json()["standing"]
        == "in_line"
    )


def test_when_the_drains_are_far_behind_newcomers_are_asked_to_come_back(
    settings: Settings,
) -> None:
    sale = sales.live_sale(units=9)
    early, late = sales.crowd(sale, 2)
    sales.claim(sale, early)
    settings.SALE_SHED_BACKLOG = 1
    published.forget(sale.pk)
    response = Client().post(f"/sales/{sale.pk}/claim/", post(sale, late), headers=JSON)
    assert response.status_code == 503
    body = response.json()
    assert body["standing"] == "busy"
    assert f"again in {response['Retry-After']} s" in body["detail"]
    assert redis.gate().xlen(Keys(sale.pk).claims) == 1
    assert sales.claim(sale, early).standing == Standing.IN_LINE, "who is in line is not shed"
    sales.drain(sale)
    published.forget(sale.pk)
    assert sales.claim(sale, late).standing == Standing.IN_LINE


def test_reservations_are_shed_and_those_received_are_not(settings: Settings) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    wishes = Wishes(sale.lots.get().pk, 1, pay_from_wallet=False, share=False)
    first, second = (SaleToken(sale.pk, person, 0, 0, 1) for person in (901, 902))
    assert admission.reserve(first, wishes).standing == Standing.RECEIVED
    settings.SALE_SHED_BACKLOG = 1
    published.forget(sale.pk)
    assert admission.reserve(second, wishes).standing == Standing.BUSY
    assert admission.reserve(first, wishes).standing == Standing.RECEIVED
    assert redis.gate().xlen(Keys(sale.pk).reservations) == 1


def intervals(sale: Sale) -> list[int]:
    """What fifty people who ask at this moment are told."""
    published.forget(sale.pk)
    published.of(sale.pk)
    return [pace.poll_ms(sale.pk, Standing.IN_LINE) for _time in range(50)]


def test_the_larger_the_crowd_the_longer_until_one_asks_again() -> None:
    sale = sales.live_sale(units=1)
    said = [intervals(sale)]
    for more in (20_000, 30_000):
        redis.gate().eval(COME, 1, Keys(sale.pk).claims, more)
        said.append(intervals(sale))
    shortest, longest = [min(some) for some in said], [max(some) for some in said]
    assert shortest[0] >= 1_000
    assert shortest[1] >= 2_000
    assert shortest[2] >= 4_000
    assert longest[2] <= 5_000
    assert all(len(set(some)) > 10 for some in said), "not all at the same moment"


def test_a_sale_that_asks_for_work_takes_no_claim_without_it() -> None:
    sale = sales.live_sale(units=1, work_bits=8)
    (person,) = sales.crowd(sale, 1)
    body = post(sale, person)
    url = f"/sales/{sale.pk}/claim/"
    weak = next(n for n in range(10**6) if tokens.work_shown(body["token"], str(n)) < 8)
    for nonce in ("", "x", "-1", "1e3", "9" * 17, str(weak)):
        said = Client().post(url, {**body, "nonce": nonce}, headers=JSON)
        assert said.json()["standing"] == "work_missing"
    page = Client().post(url, body)
    assert page.status_code == 422
    assert "JavaScript" in page.content.decode()
    assert untouched(sale, remain=1)
    right = next(n for n in range(10**6) if tokens.work_shown(body["token"], str(n)) >= 8)
    said = Client().post(url, {**body, "nonce": str(right)}, headers=JSON)
    assert said.json()["standing"] == "in_line"


@pytest.mark.parametrize("nonce", range(20))
def test_work_is_counted_in_leading_zero_bits_of_sha_256(nonce: int) -> None:
    digest = hashlib.sha256(f"abc.{nonce}".encode()).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    assert tokens.work_shown("abc", str(nonce)) == len(bits) - len(bits.lstrip("0"))


def test_a_person_with_slots_claims_one_after_another_and_no_further() -> None:
    sale = sales.live_sale(units=5, slots=2)
    (person,) = sales.crowd(sale, 1)
    url = f"/sales/{sale.pk}/claim/"
    for slot in ("1", "2", "2"):
        said = Client().post(url, post(sale, person, slot=slot), headers=JSON)
        assert said.json()["standing"] == "in_line"
    assert redis.gate().xlen(Keys(sale.pk).claims) == 2
    for slot in ("0", "3", "-1", "1.0", "２", "1e0", "99999999999"):
        said = Client().post(url, post(sale, person, slot=slot), headers=JSON)
        assert said.status_code == 422, slot
    sales.drain(sale)
    token = post(sale, person)["token"]
    units = {
        Client().get(f"{url[:-6]}state?slot={slot}", headers={"Sale-Token": token}).json()["unit"]
        for slot in (1, 2)
    }
    assert len(units) == 2


def test_nobody_claims_in_a_draw() -> None:
    sale = sales.live_sale(units=1, kind="draw")
    (person,) = sales.crowd(sale, 1)
    assert sales.claim(sale, person).standing == Standing.NOT_BY_CLAIM
    assert untouched(sale, remain=1)


def test_a_wave_is_for_those_who_came_and_lost() -> None:
    sale = sales.live_sale(units=1)
    winner, loser, absent, late = sales.crowd(sale, 4)
    assert sales.claim(sale, winner).standing == Standing.IN_LINE
    assert sales.claim(sale, loser).standing == Standing.SOLD_OUT
    assert sales.claim(sale, late).standing == Standing.SOLD_OUT, "from the cached state"
    sales.drain(sale)
    Sale.objects.filter(pk=sale.pk).update(wave=1)
    sales.reopen_gate(sale)
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 2)
    published.forget(sale.pk)
    assert sales.claim(sale, winner).standing == Standing.HELD
    assert sales.claim(sale, absent).standing == Standing.NOT_INVITED
    assert sales.claim(sale, absent).standing == Standing.NOT_INVITED
    assert sales.claim(sale, loser).standing == Standing.IN_LINE
    assert sales.claim(sale, late).standing == Standing.IN_LINE
    (first, *_rest) = redis.gate().xrange(Keys(sale.pk).claims)
    assert first[1][b"e"].split(b",")[7:] == [b"1", b"0"]


def test_each_second_is_counted_and_sent_at_most_once_a_second(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(counters, "EVERY_SECONDS", 600)
    counters.flush()
    sale = sales.live_sale(units=1)
    people = sales.crowd(sale, 2)
    for person in people:
        sales.claim(sale, person)
    settings.SALE_PERSON_LIMIT = 0
    assert sales.claim(sale, people[0]).standing in (Standing.IN_LINE, Standing.TOO_FAST)
    assert redis.gate().hgetall(Keys(sale.pk).seconds) == {}
    counters.flush()
    counted: dict[str, int] = {}
    for name, number in redis.gate().hgetall(Keys(sale.pk).seconds).items():
        second, what = name.decode().split(":")
        assert second.isdigit()
        what = "ms" if what.startswith("ms") else what
        counted[what] = counted.get(what, 0) + int(number)
    assert (counted["claim"], counted["ms"], counted["admitted"]) == (3, 3, 1)
