"""What buyers heard, what the shelves lost and what the ledger moved, beside PostgreSQL."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from benchmarks import crowd, tellers, zeros
from benchmarks.reports import Zeros
from benchmarks.tellers import Done, Shift, Together
from payments.models import Payment
from payments.services import chart, ledger
from shop.models import Order
from shop.services import checkout
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "bench-1"


@pytest.fixture
def order(alice: User, bob: User) -> Order:
    money.give_money(alice.profile, 5_000)
    variant = make.make_variant(make.make_store(bob))
    return checkout.place(
        buyer=alice.profile,
        variant_id=variant.pk,
        quantity=1,
        address_id=make.make_address(alice.profile).pk,
        method="wallet",
        seen_total_minor=1_650,
        key=KEY,
        now=clock.now(),
        return_url="/orders/{number}/",
    ).order


def told(tmp_path: Path, *lines: tuple[User, str]) -> Path:
    file = tmp_path / "journal"
    file.write_text("".join(f"{user.profile.pk}\t{heard}\t\n" for user, heard in lines))
    return file


def test_an_order_that_its_buyer_was_sent_to_is_right(
    order: Order, alice: User, bob: User, tmp_path: Path
) -> None:
    journal = told(tmp_path, (alice, "303"), (bob, ""))
    assert zeros.of_purchases(KEY, taken=1, journal=journal) == Zeros()
    assert zeros.of_books() == []


def test_a_buyer_without_the_order_has_lost_it(
    order: Order, alice: User, bob: User, tmp_path: Path
) -> None:
    journal = told(tmp_path, (alice, "303"), (bob, "303"))
    assert zeros.of_purchases(KEY, taken=1, journal=journal) == Zeros(lost=1)


@pytest.mark.parametrize(
    ("taken", "found"), [(0, Zeros(oversold=1)), (2, Zeros(undersold=1))], ids=str
)
def test_the_shelf_loses_what_was_bought_no_more_and_no_less(
    order: Order, alice: User, tmp_path: Path, taken: int, found: Zeros
) -> None:
    journal = told(tmp_path, (alice, "303"))
    assert zeros.of_purchases(KEY, taken=taken, journal=journal) == found


def test_a_second_payment_of_an_order_is_counted(
    order: Order, alice: User, bob: User, tmp_path: Path
) -> None:
    with transaction.atomic():
        money.pay(alice.profile, bob.profile, 100, reference=order.reference)
    journal = told(tmp_path, (alice, "303"))
    assert zeros.of_purchases(KEY, taken=1, journal=journal) == Zeros(duplicated=1)


def test_what_was_moved_into_an_escrow_is_a_payment_and_the_books_prove(
    alice: User, bob: User
) -> None:
    money.give_money(alice.profile, 500)
    currency = settings.SITE_CURRENCY
    sides = chart.wallet(alice.profile.pk, currency).pk, chart.escrow(bob.profile.pk, currency).pk
    for scope, key in ((tellers.SCOPE, "1:0:0"), (tellers.SCOPE, "11:0:0")):
        with transaction.atomic():
            ledger.post(
                kind="wallet_payment",
                scope=scope,
                key=key,
                legs=[ledger.Leg(*sides, 100)],
                now=clock.now(),
            )
    assert zeros.of_books() != []
    crowd.pay_what_was_moved("1:")
    assert Payment.objects.get().captured_minor == 100
    crowd.pay_what_was_moved("11:")
    assert zeros.of_books() == []


def test_the_rate_counts_what_all_of_them_have_committed() -> None:
    shift = Shift("1:", payers=[1], payees=[2], seconds=2.0)
    together = Together(shift, [Done([0.001] * 30, 0.03), Done([0.003] * 10, 0.01)])
    assert together.moved == 40
    assert together.figures == {
        "per_second": 20.0,
        "p50_ms": 1.0,
        "p95_ms": 3.0,
        "p99_ms": 3.0,
        "python_cpu_us": pytest.approx(1_000.0),
    }
