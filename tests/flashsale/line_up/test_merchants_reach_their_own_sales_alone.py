"""Offers and drops on the merchant site, as the right merchant, the wrong one and a packer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.admin.sites import merchant_site
from accounts.models import Role, User
from accounts.services import memberships
from flashsale.models import Sale, Submission
from flashsale.services.line_up import drops
from shop.models import Store, Variant
from socialcommerce.lib import clock
from tests.accounts.scoping import act, reachable
from tests.factories import flashsale as sales
from tests.factories import line_up as make
from tests.factories.shop import make_variant

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
SECRET = "Zanzibar lamp"
KINDS = ["submission", "sale"]


@pytest.fixture
def store(bob: User) -> Store:
    return make.seller_store(bob)


@pytest.fixture
def variant(store: Store) -> Variant:
    return make_variant(store, on_hand=50)


@pytest.fixture
def rows(bob: User, variant: Variant) -> dict[str, Model]:
    """Bob's: one row of everything that flashsale shows on the site."""
    return {
        "submission": make.submit(bob, variant, title=SECRET),
        "sale": drops.schedule(wish=make.wish(variant, title=SECRET), by=bob, now=clock.now()),
    }


@pytest.fixture
def intruder(mallory: User, client_of: ClientOf) -> Client:
    make_variant(make.seller_store(mallory, name="Other"), title="Harmless", on_hand=50)
    return client_of(mallory)


def state_of(rows: dict[str, Model]) -> list[dict[str, Any]]:
    return [type(row)._default_manager.filter(pk=row.pk).values().get() for row in rows.values()]


def url(kind: str, page: str, *args: object) -> str:
    return reverse(f"merchant:flashsale_{kind}_{page}", args=args)


def test_everything_of_flashsale_on_the_site_is_walked_here() -> None:
    shown = {
        model._meta.model_name
        for model in merchant_site._registry
        if model._meta.app_label == "flashsale"
    }
    assert shown == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_wrong_merchant_reaches_nothing(
    intruder: Client, rows: dict[str, Model], kind: str
) -> None:
    before = state_of(rows)
    assert reachable(intruder, rows[kind], secret=SECRET) == []
    assert state_of(rows) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "query",
    [
        "q=Zanzibar",
        "title__startswith=Z",
        "store__profile__handle__startswith=p",
        "seller__profile__handle__startswith=p",
        "seller__id__exact={store}",
        "store__id__exact={store}",
        "o=1&_connector=OR&id__gt=0",
        "e=1",
    ],
)
def test_no_lookup_in_the_address_shows_foreign_rows(
    intruder: Client, rows: dict[str, Model], store: Store, kind: str, query: str
) -> None:
    address = url(kind, "changelist")
    answer = intruder.get(f"{address}?{query.format(store=store.pk)}", follow=True)
    assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_list_actions_with_a_foreign_id_do_nothing(
    intruder: Client, rows: dict[str, Model], kind: str
) -> None:
    before = state_of(rows)
    act(intruder, rows[kind], "delete_selected", post="yes")
    assert state_of(rows) == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_own_merchant_reaches_it_and_a_person_without_a_store_has_no_site(
    bob: User, alice: User, client_of: ClientOf, rows: dict[str, Model], kind: str
) -> None:
    page = client_of(bob).get(url(kind, "change", rows[kind].pk))
    assert (page.status_code, SECRET in page.content.decode()) == (200, True)
    for address in (url(kind, "changelist"), url(kind, "add")):
        assert client_of(bob).get(address).status_code == 200
        assert client_of(alice).get(address).status_code in {302, 403}
        assert Client().get(address).status_code == 302


def test_a_sale_that_an_operator_scheduled_is_no_drop(
    bob: User, client_of: ClientOf, variant: Variant
) -> None:
    sale = sales.approved_sale(variant=variant)
    assert client_of(bob).get(url("sale", "change", sale.pk)).status_code == 302
    assert "Grey lamp" not in client_of(bob).get(url("sale", "changelist")).content.decode()


def test_a_packer_looks_and_does_nothing_else(
    alice: User, client_of: ClientOf, store: Store, variant: Variant, rows: dict[str, Model]
) -> None:
    memberships.add(profile=store.profile, user=alice, role=Role.PACKER, now=clock.now())
    client, before = client_of(alice), state_of(rows)
    for kind in KINDS:
        assert client.get(url(kind, "change", rows[kind].pk)).status_code == 200
        assert client.post(url(kind, "change", rows[kind].pk), {}).status_code == 403
        assert client.get(url(kind, "add")).status_code == 403
        assert client.post(url(kind, "add"), offer_form(variant)).status_code == 403
    for address in (
        url("submission", "withdraw", rows["submission"].pk),
        url("sale", "close", rows["sale"].pk),
        url("sale", "call_off", rows["sale"].pk),
    ):
        assert client.post(address).status_code == 404
    assert state_of(rows) == before


# --- offers -------------------------------------------------------------------------------------


def offer_form(variant: Variant, **fields: object) -> dict[str, str]:
    usual = {
        "variant": variant.pk,
        "title": "Fifty postcards",
        "blurb": "Signed.",
        "units": "5",
        "unit_price_minor": "9.00",
        "wanted_on": "",
    }
    return {name: str(value) for name, value in {**usual, **fields}.items()}


def test_an_offer_is_sent_in_major_units_and_taken_back(
    bob: User, client_of: ClientOf, variant: Variant
) -> None:
    client, tomorrow = client_of(bob), timezone.localdate() + timedelta(days=1)
    sent = client.post(url("submission", "add"), offer_form(variant, wanted_on=tomorrow))
    assert sent["Location"] == url("submission", "changelist")
    submission = Submission.objects.get()
    assert (submission.unit_price_minor, submission.wanted_on) == (900, tomorrow)
    assert "$9.00" in client.get(url("submission", "changelist")).content.decode()
    address = url("submission", "withdraw", submission.pk)
    assert client.get(address).status_code == 200
    assert Submission.objects.get().state == "submitted"
    assert client.post(address).status_code == 302
    assert Submission.objects.get().state == "withdrawn"
    assert client.post(address).status_code == 409
    page = client.get(url("submission", "change", submission.pk)).content.decode()
    assert address not in page


@pytest.mark.parametrize("units", ["0", "-1", "1.5", "1e9", "９", "", "9" * 19, "\x00"])
def test_an_odd_number_of_units_is_refused_and_what_was_typed_is_kept(
    bob: User, client_of: ClientOf, variant: Variant, units: str
) -> None:
    answer = client_of(bob).post(url("submission", "add"), offer_form(variant, units=units))
    assert answer.status_code in (400, 422)
    assert answer.status_code == 400 or "Fifty postcards" in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_foreign_variant_is_neither_offered_nor_taken(intruder: Client, variant: Variant) -> None:
    for kind in KINDS:
        page = intruder.get(url(kind, "add")).content.decode()
        assert f'<option value="{variant.pk}"' not in page
        answer = intruder.post(url(kind, "add"), drop_form(variant))
        assert answer.status_code == 422
    assert not Submission.objects.exists()
    assert not Sale.objects.exists()


# --- drops --------------------------------------------------------------------------------------


def drop_form(variant: Variant, **fields: object) -> dict[str, str]:
    local = timezone.localtime(clock.now() + timedelta(hours=2))
    when = {"starts_at": local.strftime("%Y-%m-%dT%H:%M"), "lasts_minutes": "60"}
    return offer_form(variant, **{**when, **fields})


def test_a_drop_is_announced_watched_and_called_off(
    bob: User, client_of: ClientOf, variant: Variant
) -> None:
    client = client_of(bob)
    assert client.post(url("sale", "add"), drop_form(variant)).status_code == 302
    sale = Sale.objects.get()
    assert (sale.state, sale.seller) == ("approved", variant.product.store)
    page = client.get(url("sale", "change", sale.pk)).content.decode()
    call_off, close = url("sale", "call_off", sale.pk), url("sale", "close", sale.pk)
    assert "Taking reservations" in page
    assert "(&#x27;reserving" not in page
    assert "Taking reservations" in client.get(url("sale", "changelist")).content.decode()
    assert call_off in page
    assert close not in page
    assert client.post(close).status_code == 409  # it has not started
    assert client.get(call_off).status_code == 200
    assert client.post(call_off).status_code == 302
    assert Sale.objects.get().state == "cancelled"
    assert client.post(call_off).status_code == 409


def test_a_running_drop_shows_its_figures_and_is_closed_early(
    bob: User, client_of: ClientOf, variant: Variant
) -> None:
    client = client_of(bob)
    client.post(url("sale", "add"), drop_form(variant))
    sale = Sale.objects.get()
    people = sales.crowd(sale, 3)
    sales.begin(sale)
    sales.open_gate(sale)
    for person in people[:2]:
        sales.claim(sale, person)
    sales.drain(sale)
    listed = client.get(url("sale", "changelist")).content.decode()
    for label, count in (("reserved", 3), ("held", 2), ("paid", 0)):
        assert f'data-label="{label}">{count}</td>' in listed
    page = client.get(url("sale", "change", sale.pk)).content.decode()
    close = url("sale", "close", sale.pk)
    assert close in page
    assert url("sale", "call_off", sale.pk) not in page
    assert client.post(url("sale", "call_off", sale.pk)).status_code == 409
    assert client.post(close).status_code == 302
    sale.refresh_from_db()
    assert sale.ends_at <= clock.now()
    assert sale.state == "approved"  # the controller settles it when holds are over


def test_a_young_store_reads_what_is_missing_and_has_no_button(
    bob: User, client_of: ClientOf, variant: Variant
) -> None:
    Store.objects.update(approved_at=clock.now() - timedelta(days=1, hours=1))
    page = client_of(bob).get(url("sale", "add")).content.decode()
    assert "The store has to be open for 6 more days." in page
    assert "Announce it now" not in page
    answer = client_of(bob).post(url("sale", "add"), drop_form(variant))
    assert answer.status_code == 403
    assert not Sale.objects.exists()


def test_a_time_that_the_day_does_not_have_is_asked_again(
    bob: User, client_of: ClientOf, variant: Variant, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    form = drop_form(variant, starts_at="2026-03-29T02:30")
    answer = client_of(bob).post(url("sale", "add"), form)
    assert answer.status_code == 422
    assert not Sale.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_costs_the_same_for_one_and_for_many(
    bob: User,
    client_of: ClientOf,
    variant: Variant,
    rows: dict[str, Model],
    kind: str,
    settings: Any,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    settings.DROP_OPEN_MAX = 100
    client = client_of(bob)
    for _ in range(2):
        with django_assert_max_num_queries(16):
            client.get(url(kind, "changelist"))
        for _more in range(5):
            make.submit(bob, variant)
            drops.schedule(wish=make.wish(variant, units=1), by=bob, now=clock.now())
