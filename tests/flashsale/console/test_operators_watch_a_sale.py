"""The live page: figures of this moment for operators, and for nobody else."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale.gate import counters
from flashsale.gate.keys import Keys
from flashsale.models import Sale, Second
from flashsale.pages import live
from flashsale.services.console import seconds
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PAGES = ("check-list/", "live/", "live.json", "report/", "report.csv", "log/", "stock/")
ACTS = ("approve", "pause", "resume", "close", "cancel")


def url(sale: Sale, tail: str) -> str:
    return f"/operator/flashsale/sale/{sale.pk}/{tail}"


@pytest.fixture
def operator(client_of: Callable[[User], Client]) -> Client:
    return client_of(UserFactory.create(is_operator=True))


@pytest.fixture
def sale() -> Sale:
    """Three units, two of them held."""
    sale = sales.live_sale(units=3)
    for person in sales.crowd(sale, 2):
        sales.claim(sale, person)
    sales.drain(sale)
    counters.flush()  # what this process counted would be added in the middle of a test
    redis.gate().delete(Keys(sale.pk).seconds)
    return sale


@pytest.mark.parametrize("tail", PAGES)
def test_every_page_opens_for_operators_alone(
    tail: str, sale: Sale, operator: Client, alice: User, client_of: Callable[[User], Client]
) -> None:
    merchant = client_of(sale.lots.get().variant.product.store.profile.memberships.get().user)
    assert operator.get(url(sale, tail)).status_code == 200
    for stranger in (client_of(alice), merchant):
        assert stranger.get(url(sale, tail), follow=True).status_code == 403
    assert Client().get(url(sale, tail)).status_code == 302


@pytest.mark.parametrize("name", ACTS)
def test_nobody_else_acts_on_a_sale(
    name: str, sale: Sale, alice: User, client_of: Callable[[User], Client]
) -> None:
    for client in (client_of(alice), Client()):
        client.post(url(sale, f"act/{name}/"), {"reason": "mine"})
        client.post(url(sale, "clone/"))
        client.post(url(sale, "stock/"), {"lot": sale.lots.get().pk, "pledged": 9})
    sale.refresh_from_db()
    assert (sale.state, sale.lots.get().pledged, Sale.objects.count()) == ("approved", 3, 1)
    assert sale.ends_at > clock.now()


def test_looking_is_no_act_and_acting_is_no_look(sale: Sale, operator: Client) -> None:
    for tail in PAGES[:-1]:
        assert operator.post(url(sale, tail)).status_code == 405
    assert operator.get(url(sale, "clone/")).status_code == 405
    for name in ACTS:
        assert operator.get(url(sale, f"act/{name}/")).status_code == 200
    assert operator.delete(url(sale, "act/cancel/")).status_code == 405
    assert operator.get(url(sale, "act/explode/")).status_code == 404
    assert operator.get("/operator/flashsale/sale/999999/live/").status_code == 404
    sale.refresh_from_db()
    assert (sale.state, sale.paused_at) == ("approved", None)


def test_the_figures_are_those_of_the_books(sale: Sale, operator: Client) -> None:
    said = operator.get(url(sale, "live.json")).json()
    shown = {code: figure["value"] for code, figure in said["figures"].items()}
    assert (shown["free"], shown["held"], shown["paid"], shown["pledged"]) == ("1", "2", "0", "3")
    assert (shown["reserved"], shown["conservation"], shown["gate"]) == ("2", "holds", "open")
    assert said["phase"] == "live"


def test_a_unit_that_is_missing_is_cried_out(sale: Sale, operator: Client) -> None:
    sale.units.filter(state="free").update(state="paid")
    figure = operator.get(url(sale, "live.json")).json()["figures"]["conservation"]
    assert (figure["value"], figure["tone"]) == ("BROKEN", "danger")


@pytest.fixture
def no_gate(sale: Sale, settings: Settings) -> Iterator[None]:
    """The sale has its gate, and then there is no Redis for it any more."""
    was, settings.REDIS_GATE_URL = settings.REDIS_GATE_URL, "redis://127.0.0.1:1/0"
    redis.gate.cache_clear()
    yield
    settings.REDIS_GATE_URL = was
    redis.gate.cache_clear()


def test_a_gate_that_is_away_is_a_figure_and_no_error(
    sale: Sale, no_gate: None, operator: Client
) -> None:
    figures = operator.get(url(sale, "live.json")).json()["figures"]
    assert (figures["gate"]["value"], figures["gate"]["tone"]) == ("away", "danger")
    assert (figures["lag"]["value"], figures["held"]["value"]) == ("–", "2")
    assert operator.get(url(sale, "live/")).status_code == 200


def test_entries_in_line_are_shown_until_a_worker_came(sale: Sale, operator: Client) -> None:
    (late,) = sales.crowd(sale, 1)
    sales.claim(sale, late)
    assert operator.get(url(sale, "live.json")).json()["figures"]["lag"]["value"] == "1"
    sales.drain(sale)
    figures = operator.get(url(sale, "live.json")).json()["figures"]
    assert figures["lag"]["value"] == "0"
    assert "draining" in figures["workers"]["value"] or figures["workers"]["tone"] == "danger"


def test_without_scripts_the_page_has_the_figures_and_asks_again(
    sale: Sale, operator: Client
) -> None:
    page = operator.get(url(sale, "live/")).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert "Every unit accounted for" in page
    assert ">holds<" in page


def test_only_what_can_be_done_is_offered(sale: Sale, operator: Client) -> None:
    page = operator.get(url(sale, "live/")).content.decode()
    offered = [name for name in ACTS if f"/act/{name}/" in page]
    assert offered == ["pause", "close", "cancel"]


# --- seconds ---------------------------------------------------------------------------------


def count(sale: Sale, at: int, **whats: int) -> None:
    redis.gate().hset(Keys(sale.pk).seconds, mapping={f"{at}:{w}": n for w, n in whats.items()})


def test_what_the_gate_counted_becomes_rows_once(sale: Sale) -> None:
    now = clock.now()
    at = int(now.timestamp()) - 3
    count(sale, at, claim=100, admitted=40, shed=2, error=1, reserve=5, ms2=94, ms50=6)
    for _again in range(2):
        seconds.collect(sale, now=now)
    row = Second.objects.get(sale=sale, at=datetime.fromtimestamp(at, tz=UTC))
    assert (row.claim_requests, row.admitted, row.shed, row.errors) == (100, 40, 2, 1)
    assert (row.reserve_requests, row.p95_ms) == (5, 50)


def test_a_process_that_is_late_is_counted_too(sale: Sale) -> None:
    now = clock.now()
    at = int(now.timestamp()) - 3
    count(sale, at, claim=100)
    seconds.collect(sale, now=now)
    redis.gate().hincrby(Keys(sale.pk).seconds, f"{at}:claim", 11)
    seconds.collect(sale, now=now + timedelta(seconds=1))
    row = Second.objects.get(sale=sale, at=datetime.fromtimestamp(at, tz=UTC))
    assert row.claim_requests == 111


def test_a_second_that_is_over_leaves_the_gate_and_keeps_its_row(sale: Sale) -> None:
    now = clock.now()
    count(sale, int(now.timestamp()), claim=7, ms1=7)
    for later in (0, 20, 21):
        seconds.collect(sale, now=now + timedelta(seconds=later))
    assert redis.gate().hlen(Keys(sale.pk).seconds) == 0
    rows = Second.objects.filter(sale=sale)
    assert sum(row.claim_requests for row in rows) == 7
    assert sum(row.held for row in rows) == 2


def test_paid_units_are_counted_in_the_second_in_which_they_were_seen(sale: Sale) -> None:
    now = clock.now()
    first, second = sale.units.order_by("number")[:2]
    for unit, later in ((first, 0), (second, 1)):
        sale.units.filter(pk=unit.pk).update(state="paid")
        seconds.collect(sale, now=now + timedelta(seconds=later))
        seconds.collect(sale, now=now + timedelta(seconds=later))
    paid = Second.objects.filter(sale=sale, paid__gt=0).order_by("at")
    assert list(paid.values_list("paid", flat=True)) == [1, 1]


def test_a_chart_shows_quiet_seconds_and_never_too_many_points(sale: Sale) -> None:
    start = clock.now().replace(microsecond=0)
    rows = [
        Second(sale=sale, at=start + timedelta(seconds=at), claim_requests=count)
        for at, count in ((0, 5), (3, 9), (1_300, 2))
    ]
    short = live.columns(rows[:2], until=start + timedelta(seconds=4))
    assert short["claim_requests"] == [5, 0, 0, 9, 0]
    long = live.columns(rows, until=start + timedelta(seconds=1_300))
    assert len(long["at"]) == len(long["claim_requests"]) <= live.POINTS_MAX
    assert max(long["claim_requests"]) == 9
    assert long["claim_requests"][-1] == 2
    assert live.columns([], until=start)["at"] == []


def test_a_claim_is_a_figure_within_a_second(sale: Sale, operator: Client) -> None:
    (late,) = sales.crowd(sale, 1)
    sales.claim(sale, late)
    counters.flush()
    now = clock.now()
    seconds.collect(sale, now=now)
    row = Second.objects.get(sale=sale, claim_requests__gt=0)
    assert (row.claim_requests, row.admitted, row.errors) == (1, 1, 0)
    assert row.p95_ms > 0
    assert sum(operator.get(url(sale, "live.json")).json()["chart"]["claim_requests"]) <= 1
