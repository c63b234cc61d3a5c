"""A rehearsal is played while a real sale is scheduled: nothing real has changed afterwards."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connections
from django.test import Client

from accounts.models import Profile, User
from flashsale.models import Rehearsal, Sale, Second
from flashsale.rehearsal import cast, config, runs
from flashsale.services import acts, sales
from payments.models import Account
from payments.services import ledger
from shop.models import Order, StockItem
from socialcommerce.lib import clock
from tests import stack
from tests.factories import flashsale as factory
from tests.factories.accounts import UserFactory

PEOPLE = 24
# What a rehearsal may leave: its own sale and lots, its cast, its shop, its books, its verdict.
MAY_GROW = {
    "accounts.User",
    "accounts.Profile",
    "accounts.Address",
    "shop.Store",
    "shop.Product",
    "shop.Variant",
    "shop.StockItem",
    "shop.StockMovement",
    "payments.Account",
    "payments.Accrual",
    "payments.LedgerTransaction",
    "payments.Transfer",
    "payments.Payment",
    "flashsale.Sale",
    "flashsale.Lot",
    "flashsale.Wave",
    "flashsale.Secret",
    "flashsale.Act",
    "flashsale.Rehearsal",
}
PAGES = ("/", "/explore/", "/sales/", "/market/", "/notifications/")


def counted() -> dict[str, int]:
    """Rows of every table of ours."""
    ours = {"accounts", "feed", "payments", "shop", "flashsale"}
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in ours
    }


def real_rows(sale: Sale) -> dict[str, object]:
    """What of the real sale, its store and its people could be spent."""
    variant = sale.lots.get().variant
    gate = {"gate_run_id": "", "epoch": 0, "nonce": ""}  # the controller has opened it meanwhile
    return {
        "sale": Sale.objects.filter(pk=sale.pk).values().get() | gate,
        "stock": list(StockItem.objects.filter(variant=variant).values()),
        "units": list(sale.units.order_by("pk").values()),
        "money": list(Account.objects.filter(currency="USD").order_by("pk").values()),
        "orders": list(Order.objects.exclude(currency=cast.CURRENCY).order_by("pk").values()),
    }


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory.create(is_operator=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_stock_rows_figures_and_feed_are_untouched(
    operator: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    real = factory.approved_sale(units=5, opens_in=7200, closes_in=9000, starts_in=9000)
    past = factory.approved_sale(units=1, opens_in=-90, closes_in=90, starts_in=91, lasts=1)
    sales.cancel(sale_id=past.pk, now=clock.now())
    Second.objects.create(sale=past, at=past.starts_at, claim_requests=30)
    Second.objects.create(sale=past, at=past.starts_at + timedelta(seconds=1), claim_requests=10)
    Sale.objects.filter(pk=real.pk).update(hold_seconds=2)
    real.refresh_from_db()
    browser, console = client_of(alice), client_of(operator)
    pages = {path: _leads_to(browser.get(path).content) for path in PAGES}
    first_page = console.get("/operator/").context["dashboard_rows"]
    rows, spent = counted(), real_rows(real)

    asked = runs.request(sale_id=real.pk, people=PEOPLE, like=past, by=operator, now=clock.now())
    assert asked.curve == [18, 6]
    connections.close_all()
    with stack.running("controller", "rehearsal", env=stack.environment()):
        runs.run(rehearsal_id=asked.pk)

    asked.refresh_from_db()
    assert asked.verdict.get("wrong") == [], asked.verdict
    assert asked.state == "done"
    assert asked.verdict["go"] is True
    assert asked.verdict["units"] == 5
    assert asked.config_hash == config.hash_of(real)
    assert real_rows(real) == spent
    after = counted()
    assert {label for label in after if after[label] != rows[label]} <= MAY_GROW
    assert ledger.verify() == []
    assert {path: _leads_to(browser.get(path).content) for path in PAGES} == pages
    assert console.get("/operator/").context["dashboard_rows"] == first_page
    played = Sale.objects.get(rehearses=real)
    assert browser.get(f"/sales/{played.pk}/").status_code == 404
    extra = Profile.objects.filter(is_extra=True).first()
    assert extra is not None
    assert browser.get(f"/@{extra.handle}/").status_code == 404


def _leads_to(content: bytes) -> list[str]:
    """Everything that the page leads to: people, posts, products, stores, sales."""
    assert b"Rehearsal" not in content.replace(b'value="Rehearsal"', b"")
    return re.findall(r'href="(/[^"#]*)', content.decode())


@pytest.mark.django_db(transaction=True)
def test_it_is_refused_while_a_real_sale_is_near(operator: User) -> None:
    draft = factory.draft_sale()
    factory.approved_sale(opens_in=60, closes_in=90, starts_in=90)
    with pytest.raises(runs.NotNow):
        runs.request(sale_id=draft.pk, people=50, like=None, by=operator, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time_until_it_has_died(operator: User) -> None:
    draft = factory.draft_sale()
    now = clock.now()
    first = runs.request(sale_id=draft.pk, people=50, like=None, by=operator, now=now)
    assert sum(first.curve) == 50
    with pytest.raises(runs.NotNow):
        runs.request(sale_id=draft.pk, people=50, like=None, by=operator, now=now)
    later = now + 3 * runs.LASTS_AT_MOST
    runs.request(sale_id=draft.pk, people=50, like=None, by=operator, now=later)
    first.refresh_from_db()
    assert first.state == "failed"


@pytest.mark.parametrize("people", [-1, 0, 9, 20_001, 2**63])
@pytest.mark.django_db(transaction=True)
def test_a_crowd_of_nobody_or_of_everybody_is_refused(people: int, operator: User) -> None:
    draft = factory.draft_sale()
    with pytest.raises(runs.BadCrowd):
        runs.request(sale_id=draft.pk, people=people, like=None, by=operator, now=clock.now())
    assert not Rehearsal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_sale_that_is_over_is_not_rehearsed(operator: User) -> None:
    sale = factory.approved_sale(opens_in=7200, closes_in=9000, starts_in=9000)
    sales.cancel(sale_id=sale.pk, now=clock.now())
    with pytest.raises(sales.WrongState):
        runs.request(sale_id=sale.pk, people=50, like=None, by=operator, now=clock.now())


@pytest.mark.django_db
def test_a_verdict_is_worthless_once_the_sale_has_changed() -> None:
    sale = factory.draft_sale()
    before = config.hash_of(sale)
    Sale.objects.filter(pk=sale.pk).update(title="Another title")
    sale.refresh_from_db()
    assert config.hash_of(sale) == before
    for change in ({"hold_seconds": 31}, {"slots": 2}, {"ends_at": clock.now() + timedelta(9)}):
        Sale.objects.filter(pk=sale.pk).update(**change)
        sale.refresh_from_db()
        assert config.hash_of(sale) != before
        before = config.hash_of(sale)
    sale.lots.update(pledged=4)
    assert config.hash_of(sale) != before


@pytest.mark.django_db(transaction=True)
def test_one_that_breaks_says_why_and_is_not_run_twice(operator: User) -> None:
    draft = factory.draft_sale()
    asked = runs.request(sale_id=draft.pk, people=10, like=None, by=operator, now=clock.now())
    factory.approved_sale(opens_in=60, closes_in=90, starts_in=90)  # came in between
    runs.run(rehearsal_id=asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert "NotNow" in asked.verdict["wrong"][0]
    finished = asked.finished_at
    runs.run(rehearsal_id=asked.pk)
    asked.refresh_from_db()
    assert asked.finished_at == finished
    assert acts.Act.objects.filter(sale=draft, kind="rehearse").count() == 1
