"""`manage.py demo_sale`, smaller: what it says is what happened, and it says when it did not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from flashsale.gate import published
from flashsale.models import Claim, Sale
from flashsale.services.watch import conservation
from payments.services import ledger
from socialcommerce.demo.crowd import visitors
from tests import stack
from tests.factories import shop as make
from tests.factories.accounts import StoreProfileFactory, UserFactory
from tests.factories.shop import StoreFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE, UNITS = 60, 5
LEASE_MS = "20000"  # a controller that waits for its turn on a busy machine closes no gate
Running = Callable[..., None]


@pytest.fixture
def running(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """`running("worker")`: these processes from now on, beside the web server."""
    # The test's web server keeps ten waiting and turns the eleventh away, as no real one does.
    monkeypatch.setattr(visitors, "THREADS", 6)
    settings.SALE_LEASE_MS = int(LEASE_MS)
    published._cache.clear()
    UserFactory.create(is_operator=True)
    store = StoreFactory.create(profile=StoreProfileFactory.create(owner=UserFactory.create()))
    make.make_variant(store)
    with ExitStack() as processes:

        def start(*names: str) -> None:
            env = stack.environment(SITE_URL=live_server.url, SALE_LEASE_MS=LEASE_MS)
            processes.enter_context(stack.running(*names, env=env))

        yield start


def come(live_server: LiveServer) -> str:
    said = StringIO()
    port = live_server.thread.port
    call_command("demo_sale", port=port, people=PEOPLE, units=UNITS, stdout=said)
    return said.getvalue()


def test_all_units_are_paid_and_everybody_else_hears_sold_out(
    running: Running, live_server: LiveServer
) -> None:
    running("worker", "controller")
    for _time in range(2):
        said = come(live_server)
        assert f"{UNITS} paid, {PEOPLE - UNITS} sold out, 0 anything else" in said
        assert "Everything held, and the books are right." in said
        sale = Sale.objects.latest("pk")
        assert Claim.objects.filter(sale=sale, state="paid").count() == UNITS
        assert conservation.count(sale.pk).holds
    assert ledger.verify() == []


def test_without_a_worker_it_says_that_it_did_not_hold(
    running: Running, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "ASKS_MAX", 4)  # nobody will answer: no need to ask for long
    running("controller")
    with pytest.raises(CommandError, match="It did not hold: 0 of 5 units are paid"):
        come(live_server)


def test_more_units_than_people_is_no_sale() -> None:
    with pytest.raises(CommandError, match="more people than units"):
        call_command("demo_sale", people=5, units=5)


def test_a_crowd_comes_in_development_only(settings: Settings) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="development only"):
        call_command("demo_sale", people=60, units=5)
