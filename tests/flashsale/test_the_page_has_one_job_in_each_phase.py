"""The sale's page and its list, from announced to over, for a stranger and for who takes part."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Profile, User
from flashsale.models import Sale
from flashsale.services import sales as operator
from flashsale.services.watch import controller, sweeps
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def page(client: Client, sale: Sale) -> str:
    response = client.get(sale.get_absolute_url())
    assert response.status_code == 200
    return str(response.content.decode())


def browser_of(client_of: ClientOf, person: sales.Person) -> Client:
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    return client_of(user)


def test_announced_says_when_reservations_open() -> None:
    sale = sales.approved_sale(opens_in=600)
    assert "Reservations open in" in page(Client(), sale)


def test_a_draft_is_not_there_for_anybody() -> None:
    sale = sales.draft_sale()
    assert Client().get(sale.get_absolute_url()).status_code == 404


def test_reserving_asks_a_stranger_to_log_in_and_a_person_for_an_address(
    alice: User, client_of: ClientOf
) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    assert "Log in to reserve" in page(Client(), sale)
    assert "Add an address first" in page(client_of(alice), sale)
    make_address(alice.profile)
    form = page(client_of(alice), sale)
    assert "Charge my wallet at once" in form
    costs_shipping = sale.lots.get().variant.product.store.shipping_price_minor > 0
    assert ("shipping is free" in form) is not costs_shipping


def test_a_reserver_sees_the_number_then_the_button(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    (person,) = sales.crowd(sale, 1)
    browser = browser_of(client_of, person)
    assert "Reserved, number 1" in page(browser, sale)
    sales.begin(sale)
    sales.open_gate(sale)
    assert "Get one" in page(browser, sale)
    assert "Only people who reserved" in page(Client(), sale)


def test_the_opening_window_is_spoken_of_until_it_is_over(client_of: ClientOf) -> None:
    sale = sales.approved_sale(opening_window_ms=5_000)
    (person,) = sales.crowd(sale, 1)
    browser, shown = browser_of(client_of, person), 'data-part="%s">'
    text = page(browser, sale)
    assert "whoever presses in the first 5 s has the same chance" in text
    assert "whoever is first gets a unit" not in text
    sales.begin(sale)
    sales.open_gate(sale)
    text = page(browser, sale)
    assert shown % "inside" in text
    assert shown % "over" not in text
    ago = clock.now() - timedelta(seconds=6)
    times = {"reserve_closes_at": ago, "starts_at": ago}
    Sale.objects.filter(pk=sale.pk).update(**times, allocated_at=clock.now())
    sales.reopen_gate(sale)
    text = page(browser, sale)
    assert "Get one" in text
    assert shown % "over" in text
    assert shown % "inside" not in text


def test_from_in_line_to_held_to_expired(client_of: ClientOf) -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    browser = browser_of(client_of, person)
    sales.claim(sale, person)
    waiting = browser.get(f"/sales/{sale.pk}/claim/").content.decode()
    assert "You are in line" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    sales.drain(sale)
    assert "Unit 1 is yours" in page(browser, sale)
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    assert "Your time to pay ran out" in page(browser, sale)


def test_sold_out_says_how_many_are_unpaid(client_of: ClientOf) -> None:
    sale = sales.live_sale(units=1)
    first, second = sales.crowd(sale, 2)
    sales.claim(sale, first)
    sales.drain(sale)
    text = page(browser_of(client_of, second), sale)
    assert "Sold out" in text
    assert "So far 1 unit is unpaid" in text


def test_paused_keeps_everybody_and_says_so(client_of: ClientOf) -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    operator.pause(sale_id=sale.pk, reason="a look", now=clock.now())
    assert "The sale is paused" in page(browser_of(client_of, person), sale)


def test_cancelled_and_ended_show_where_the_units_went() -> None:
    sale = sales.live_sale()
    operator.cancel(sale_id=sale.pk, now=clock.now())
    assert "The sale was cancelled" in page(Client(), sale)
    over = sales.live_sale()
    Sale.objects.filter(pk=over.pk).update(ends_at=clock.now())
    controller.Controller().tick(now=clock.now())
    over.refresh_from_db()
    assert over.state == "settled"
    said = page(Client(), over)
    assert "The sale is over" in said
    assert "not sold" in said


def test_the_list_shows_all_and_takes_a_fixed_number_of_queries(
    django_assert_num_queries: Callable[..., object],
) -> None:
    assert b"No sales at the moment" in Client().get("/sales/").content
    first = sales.approved_sale()
    with django_assert_num_queries(10):
        assert first.title in Client().get("/sales/").content.decode()
    for _more in range(4):
        sales.approved_sale()
    with django_assert_num_queries(10):
        Client().get("/sales/")


def test_the_panel_alone_is_there_for_the_script(alice: User, client_of: ClientOf) -> None:
    sale = sales.approved_sale(opens_in=600)
    panel = client_of(alice).get(f"/sales/{sale.pk}/panel/").content.decode()
    assert panel.count("data-sale-panel") == 1
    assert "<html" not in panel


@pytest.mark.parametrize("path", ["", "panel/", "claim/", "reservation/"])
def test_a_sale_that_is_not_there_is_not_found(path: str) -> None:
    assert Client().get(f"/sales/999999/{path}").status_code == 404
