"""One operator approves a draft while another saves its form: what was announced stays."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from flashsale.models import Sale
from flashsale.models.sales import TIME_FIELDS
from flashsale.services.locking import lock_sale
from socialcommerce.lib import clock, guards
from tests.concurrency.flashsale.crowds import at_once
from tests.concurrency.flashsale.locks import until_somebody_waits
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[[User], Client]


def parts(name: str, moment: datetime) -> dict[str, str]:
    return {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M:%S}"}


def answers(sale: Sale) -> dict[str, object]:
    """Its form, filled in with another title."""
    lot = sale.lots.get()
    said: dict[str, object] = {
        "title": "Something else", "hold_seconds": 300, "kind": "first_come", "slots": 1,
        "opening_window_ms": 0, "pass_weight": 0, "per_address_limit": 0, "per_card_limit": 0,
        "work_bits": 0, "lots-TOTAL_FORMS": 1, "lots-INITIAL_FORMS": 1, "lots-0-id": lot.pk,
        "lots-0-sale": sale.pk, "lots-0-variant": lot.variant_id, "lots-0-pledged": lot.pledged,
        "lots-0-unit_price_minor": "15.00", "waves-TOTAL_FORMS": 0, "waves-INITIAL_FORMS": 0,
    }  # fmt: skip
    for hours, name in enumerate(TIME_FIELDS, start=1):
        said |= parts(name, clock.now() + timedelta(hours=hours))
    return said


def approved_meanwhile(client_of: ClientOf) -> Sale:
    """The approval has not committed when the form arrives."""
    sale = sales.draft_sale()
    client = client_of(UserFactory.create(is_operator=True))
    url = f"/operator/flashsale/sale/{sale.pk}/change/"

    def save(said: dict[str, object]) -> int:
        return client.post(url, said).status_code

    saving = threading.Thread(target=at_once, args=(save, [answers(sale)]), kwargs={"threads": 1})
    with transaction.atomic():
        lock_sale(sale.pk)
        saving.start()
        until_somebody_waits()
        Sale.objects.filter(pk=sale.pk).update(state="approved", approved_at=clock.now())
    saving.join(timeout=20.0)
    assert not saving.is_alive()
    sale.refresh_from_db()
    return sale


def test_the_approval_stands_and_the_form_is_refused(client_of: ClientOf) -> None:
    sale = approved_meanwhile(client_of)
    assert (sale.state, sale.title) == ("approved", "Grey lamp")


def test_without_the_guard_the_announced_sale_is_a_draft_again(client_of: ClientOf) -> None:
    with guards.switched_off("draft locked"):
        sale = approved_meanwhile(client_of)
    assert (sale.state, sale.title) == ("draft", "Something else")


def test_a_draft_is_saved_as_ever(client_of: ClientOf) -> None:
    sale = sales.draft_sale()
    client = client_of(UserFactory.create(is_operator=True))
    url = f"/operator/flashsale/sale/{sale.pk}/change/"
    assert client.post(url, answers(sale)).status_code == 302
    sale.refresh_from_db()
    assert (sale.state, sale.title) == ("draft", "Something else")
