"""Somebody who may have several units comes back to the page while a further one is in line."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Profile, User
from flashsale.gate import admission
from flashsale.models import Claim, Sale
from flashsale.pages import sale_page
from flashsale.pages.faces import Face
from flashsale.standings import Standing
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def second_in_line(*, pay_from_wallet: bool) -> tuple[Sale, Profile]:
    """The first unit is there, the claim on the second waits for its drain."""
    sale = sales.live_sale(units=5, slots=2)
    people = sales.crowd(sale, 1, pay_from_wallet=pay_from_wallet)
    sales.fill_wallets(people, 100_000)
    sales.open_gate(sale)
    token = sales.token_of(sale, people[0])
    sales.claim(sale, people[0])
    sales.drain(sale)
    assert admission.claim(token, slot=2, earlier=None).standing == Standing.IN_LINE
    return sale, Profile.objects.get(pk=people[0].profile_id)


def test_the_second_in_line_is_asked_about_once_the_first_is_paid(client_of: ClientOf) -> None:
    sale, person = second_in_line(pay_from_wallet=True)
    page = sale_page.build(sale_id=sale.pk, viewer=person, now=clock.now())
    assert (page.face, page.standing, page.slot) == (Face.UNDER_WAY, Standing.IN_LINE, 2)
    assert person.user is not None
    shown = client_of(person.user).get(sale.get_absolute_url()).content.decode()
    assert 'data-slot="2"' in shown
    assert "data-under-way" in shown


def test_a_held_first_one_can_be_paid_meanwhile(client_of: ClientOf) -> None:
    sale, person = second_in_line(pay_from_wallet=False)
    page = sale_page.build(sale_id=sale.pk, viewer=person, now=clock.now())
    assert (page.face, page.standing, page.slot) == (Face.HELD, Standing.IN_LINE, 2)
    assert person.user is not None
    # Without scripts the page must not load itself anew under somebody who chooses how to pay.
    shown = client_of(person.user).get(f"{sale.get_absolute_url()}claim/").content.decode()
    assert "http-equiv" not in shown


def test_once_both_are_there_the_page_asks_no_more() -> None:
    sale, person = second_in_line(pay_from_wallet=True)
    sales.drain(sale)
    page = sale_page.build(sale_id=sale.pk, viewer=person, now=clock.now())
    assert (page.face, page.standing) == (Face.PAID, Standing.PAID)
    assert Claim.objects.filter(state="paid").count() == 2
