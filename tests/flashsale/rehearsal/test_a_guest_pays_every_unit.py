"""Whoever plays a buyer of several units pays each of them, as a page's script would ask for it."""

import time

import pytest

from flashsale.gate import admission
from flashsale.models import Claim, Sale
from flashsale.rehearsal.cast import Extra
from flashsale.rehearsal.guests import Act, Guest, Plan
from flashsale.rehearsal.journal import Journal
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db(transaction=True)


def guest_of(sale: Sale, person: Person, *, slot: int) -> Guest:
    now = time.monotonic()
    extra = Extra(person.profile_id, address_id=0)
    lot_id = sale.lots.get().pk
    plan = Plan(extra, lot_id, now, now, waves_at=(), consents=False, pays=True)
    guest = Guest(sale.pk, sale.slots, plan, Journal(), number=person.number, slot=slot)
    guest.act = Act.PAY
    return guest


def test_the_second_is_paid_as_the_second() -> None:
    sale = sales.live_sale(units=2, slots=2)
    (person,) = sales.crowd(sale, 1)
    sales.open_gate(sale)
    for slot in (1, 2):
        admission.claim(sales.token_of(sale, person), slot=slot, earlier=None)
    sales.drain(sale)
    sales.fill_wallets([person], 10_000)
    guest = guest_of(sale, person, slot=2)
    guest.step()
    assert Claim.objects.get(state="paid").slot == 2
    guest.step()
    assert (guest.act, guest.plan.pays) == (Act.DONE, True)
