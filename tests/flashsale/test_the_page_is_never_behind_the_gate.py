"""A decision is committed while the page is being made: the gate tells it, PostgreSQL was read
before. The page must not offer the button again to somebody who has a unit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from accounts.models import Profile, User
from flashsale.gate import admission
from flashsale.gate.admission import Wishes
from flashsale.models import Sale, Stream
from flashsale.pages import sale_page
from flashsale.pages.sale_page import Face, SalePage
from flashsale.standings import Standing
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


@contextmanager
def just_after_reading(table: str, act: Callable[[], object]) -> Iterator[None]:
    """`act` happens once, when the table has been read for the first time."""
    plans = [act]

    def run(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if plans and f'FROM "{table}"' in sql:
            plans.pop()()
        return result

    with connection.execute_wrapper(run):
        yield
    assert plans == [], f"{table} was not read"


def look(sale: Sale, person: Profile) -> SalePage:
    return sale_page.build(sale_id=sale.pk, viewer=person, now=clock.now())


def test_whoever_has_a_unit_is_not_shown_the_button_again() -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    profile = Profile.objects.get(pk=person.profile_id)
    with just_after_reading("flashsale_claim", lambda: sales.drain(sale)):
        page = look(sale, profile)
    assert (page.face, page.standing) == (Face.HELD, Standing.HELD)
    assert page.claim is not None
    assert page.pay_choices is not None


def test_whoever_has_reserved_is_not_shown_the_form_again(alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    address = make_address(alice.profile)
    token = sale_page.token_of(sale_id=sale.pk, viewer=alice.profile, reservation=None, slots=1)
    wishes = Wishes(sale.lots.get().pk, address.pk, pay_from_wallet=False, share=False)
    assert admission.reserve(token, wishes).standing == Standing.RECEIVED
    assert look(sale, alice.profile).face == Face.UNDER_WAY  # and what all share is kept
    with just_after_reading(
        "flashsale_reservation", lambda: sales.drain(sale, Stream.RESERVATIONS)
    ):
        page = look(sale, alice.profile)
    assert page.face == Face.RESERVED
    assert page.reservation is not None
