"""One batch is made ready while another holds the sale, and decides what then is true."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Profile
from flashsale import verification
from flashsale.intake import claim_batches
from flashsale.intake.batches import Batch, Outcome
from flashsale.intake.streams import Entry
from flashsale.models import Claim, Reservation, Sale
from flashsale.services import reservations
from flashsale.services.locking import lock_sale
from flashsale.services.watch import conservation
from payments.models import Payment
from payments.services import charges, ledger
from shop.models import Order, OrderLine
from socialcommerce.lib import clock, faultpoints, guards
from tests.concurrency.flashsale.crowds import at_once
from tests.concurrency.flashsale.test_the_last_unit_goes_to_one import entry
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 10.0


def sealed(*, units: int, people: int, pays: bool = False) -> tuple[Sale, list[Person]]:
    """A live sale whose list does not change any more."""
    sale = sales.live_sale(units=units)
    crowd = sales.crowd(sale, people, pay_from_wallet=pays)
    Sale.objects.filter(pk=sale.pk).update(sealed_at=clock.now())
    return sale, crowd


def work(sale: Sale, entries: list[Entry]) -> Outcome:
    return claim_batches.work(Batch(sale.pk, sale.epoch, entries, clock.now()))


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    """`act` runs on a connection of its own."""
    thread = threading.Thread(target=lambda: at_once(lambda _once: act(), [0], threads=1))
    thread.start()
    return thread


def states(sale: Sale) -> list[str]:
    return list(
        Claim.objects.filter(sale=sale).order_by("log_number").values_list("state", flat=True)
    )


def proves(sale: Sale) -> bool:
    return (
        not [*verification.faults(sale.pk), *ledger.verify()] and conservation.count(sale.pk).holds
    )


def test_orders_are_written_while_another_holds_the_sale() -> None:
    sale, people = sealed(units=2, people=2)
    ready, done = threading.Event(), threading.Event()
    with faultpoints.planned("claims looked at", ready.set):
        with transaction.atomic():
            lock_sale(sale.pk)
            worker = meanwhile(
                lambda: (work(sale, [entry(sale, one) for one in people]), done.set())
            )
            assert ready.wait(PATIENCE_SECONDS)
            assert not done.is_set()
        worker.join(PATIENCE_SECONDS)
    assert done.is_set()
    assert states(sale) == ["held", "held"]


def test_whoever_gets_no_unit_has_no_order() -> None:
    sale, people = sealed(units=1, people=3)
    work(sale, [entry(sale, one) for one in people])
    assert states(sale) == ["held", "no_stock", "no_stock"]
    assert list(Order.objects.values_list("buyer_id", flat=True)) == [people[0].profile_id]
    assert OrderLine.objects.count() == 1
    assert proves(sale)


def test_the_same_batch_again_leaves_no_order_behind() -> None:
    sale, people = sealed(units=2, people=2, pays=True)
    sales.fill_wallets(people, 10_000)
    entries = [entry(sale, one) for one in people]
    work(sale, entries)
    work(sale, entries)
    assert states(sale) == ["paid", "paid"]
    assert (Order.objects.count(), Payment.objects.count()) == (2, 2)
    assert proves(sale)


def test_of_two_entries_of_one_ticket_the_first_has_the_order() -> None:
    sale, (person,) = sealed(units=2, people=1, pays=True)
    sales.fill_wallets([person], 10_000)
    first = entry(sale, person)
    work(sale, [first, Entry("9-9", first.fields)])
    assert states(sale) == ["paid"]
    order = Order.objects.get()
    assert Payment.objects.get().reference == order.reference
    assert proves(sale)


def test_money_that_went_elsewhere_meanwhile_pays_nothing() -> None:
    sale, people = sealed(units=2, people=2, pays=True)
    sales.fill_wallets(people, 10_000)

    def spend() -> None:
        with transaction.atomic():
            charges.pay_from_wallet(
                payer_id=people[0].profile_id,
                payee_id=people[1].profile_id,
                amount_minor=10_000,
                currency="USD",
                reference="elsewhere",
                key="elsewhere",
                now=clock.now(),
            )

    with faultpoints.planned("claims looked at", lambda: meanwhile(spend).join(PATIENCE_SECONDS)):
        work(sale, [entry(sale, one) for one in people])
    assert states(sale) == ["held", "paid"]
    order = Order.objects.get(buyer=people[0].profile_id)
    assert (order.state, order.payment, order.paid_at, order.ship_by) == (
        ("awaiting_payment", None, None, None)
    )
    assert proves(sale)


def withdraw_while_it_is_looked_at() -> tuple[Sale, Reservation]:
    """The list is still open, for a web host whose clock is slow; somebody withdraws just as the
    batch with their claim has read it."""
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    profile = Profile.objects.get(pk=person.profile_id)
    slow = sale.reserve_closes_at - timedelta(milliseconds=1)
    threads: list[threading.Thread] = []

    def rival() -> None:
        withdraw = meanwhile(
            lambda: reservations.withdraw(sale_id=sale.pk, person=profile, now=slow)
        )
        withdraw.join(timeout=1.0)
        threads.append(withdraw)

    with faultpoints.planned("claims looked at", rival):
        work(sale, [entry(sale, person)])
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return sale, Reservation.objects.get(sale=sale)


def test_while_the_list_is_open_it_is_read_under_the_lock() -> None:
    sale, reservation = withdraw_while_it_is_looked_at()
    assert states(sale) == ["held"]
    assert reservation.withdrawn_at is None


def test_without_the_guard_who_withdrew_holds_a_unit() -> None:
    with guards.switched_off("open list"):
        sale, reservation = withdraw_while_it_is_looked_at()
    assert states(sale) == ["held"]
    assert reservation.withdrawn_at is not None
