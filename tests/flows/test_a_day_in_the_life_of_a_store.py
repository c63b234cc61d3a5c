"""The day of docs/a-day-of-a-store.md, played; its statement says what was worked by hand."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from payments.models import ConnectAccount, Instrument, MerchantTerms, Payout
from payments.payout_states import PayoutState
from payments.sandbox.server import Sandbox
from payments.services import connect, payout_drives, payouts, refunds, reserves
from shop.models import Order, Store, Variant
from shop.services import checkout, stores
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories import payments as money
from tests.factories import shop as make
from tests.factories.merchants import GOOD_BANK, NO_ACCOUNT, fund_the_site, onboarded
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAPER = Path(__file__).parents[2] / "docs" / "a-day-of-a-store.md"
COLUMNS = (
    "goods", "shipping", "sold", "fee", "refunds", "disputes", "paid_out", "net", "in_reserve",
)  # fmt: skip


def worked_by_hand() -> list[tuple[str, ...]]:
    lines = [line for line in PAPER.read_text().splitlines() if line.startswith("| ")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return [row[1:] for row in cells if row[0] != "what"]


def told(browser: Client, store: Store, *, until: datetime) -> Iterator[tuple[str, ...]]:
    url = f"/merchant/shop/store/{store.pk}/statement/"
    answer = browser.get(url, {"format": "csv", "until": until.date().isoformat()})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    for row in csv.DictReader(io.StringIO(text)):
        yield tuple(row[name] for name in COLUMNS)


@pytest.fixture
def store(alice: User, mallory: User, client_of: ClientOf) -> Store:
    """Applied for by a person, approved and given its fee by an operator."""
    mallory.is_operator = True
    mallory.save()
    owner = make.make_person(1)
    store = stores.apply(
        owner=owner, handle="clay_co", name="Clay & Co", pitch="Cups.", now=clock.now()
    )
    Store.objects.update(shipping_price_minor=400, free_shipping_from_minor=10_000)
    operator = client_of(mallory)
    operator.post("/operator/shop/store/", {"action": "approve", "_selected_action": str(store.pk)})
    rule = {"store": "clay_co", "basis_points": "500", "fixed_minor": "0.30", "note": "agreed"}
    assert operator.post("/operator/shop/feerule/add/", rule).status_code == 302
    return Store.objects.get()


@pytest.fixture
def owner(store: Store) -> User:
    return store.profile.memberships.get().user


def buy(
    buyer: User, variant: Variant, quantity: int, total_minor: int, card: Instrument | None = None
) -> Order:
    address = buyer.profile.addresses.first() or make.make_address(buyer.profile)
    return checkout.place(
        buyer=buyer.profile,
        variant_id=variant.pk,
        quantity=quantity,
        address_id=address.pk,
        method="card" if card else "wallet",
        instrument_id=card.pk if card else None,
        seen_total_minor=total_minor,
        key=f"{Order.objects.count()}",
        now=clock.now(),
        return_url="/orders/{number}/",
    ).order


def four_orders(alice: User, variant: Variant, merchant: Client, buyer: Client) -> None:
    orders = [
        buy(alice, variant, 2, 2_900),
        buy(alice, variant, 1, 1_650),
        buy(alice, variant, 1, 1_650),
        buy(alice, variant, 8, 10_000),
    ]
    for order in (orders[0], orders[1], orders[3]):
        merchant.post(f"/merchant/shop/order/{order.pk}/ship/", {"carrier": "Post"})
    with transaction.atomic():
        refunds.issue(
            payment_id=Order.objects.get(pk=orders[1].pk).payment_id or 0,
            amount_minor=400,
            reason="late",
            key="late",
            now=clock.now(),
        )
    for order in orders[:2]:
        assert buyer.post(f"/orders/{order.number}/received/").status_code == 303
    merchant.post(f"/merchant/shop/order/{orders[2].pk}/cancel/", {"reason": "It broke."})


def order_taken_back(
    order: Order, merchant: Client, buyer: Client, operator: Client, sandbox: Sandbox
) -> None:
    """Received, charged back, answered by store and operator, and lost."""
    merchant.post(f"/merchant/shop/order/{order.pk}/ship/", {"carrier": "Post"})
    assert buyer.post(f"/orders/{order.number}/received/").status_code == 303
    assert order.payment is not None
    found = disputes.dispute(sandbox, order.payment)
    words = {"statement": "Sent to the address of the card."}
    merchant.post(f"/merchant/payments/dispute/{found.pk}/state-case/", words)
    operator.post(f"/operator/payments/dispute/{found.pk}/submit/", words)
    assert disputes.decide(sandbox, found, "lost").submitted_at is not None


def monday(sandbox: Sandbox) -> datetime:
    """The payout comes back from the first bank and reaches the second."""
    run_on = MerchantTerms.objects.get().next_run_on
    assert run_on is not None
    assert run_on.isoweekday() == 1
    now = clock.now() + timedelta(days=7)
    assert payouts.run(now=now, limit=10) == 1
    first = Payout.objects.get()
    payout_drives.drive(payout_id=first.pk, now=now)
    sandbox.control("clock", advance_seconds=86_400)
    assert payout_drives.drive(payout_id=first.pk, now=now).state == PayoutState.FAILED
    account = ConnectAccount.objects.get()
    sandbox.control(f"accounts/{account.stripe_id}", status="enabled", bank=GOOD_BANK)
    connect.refresh(account_id=account.pk, now=now)
    again = payouts.retry(payout_id=first.pk, now=now)
    payout_drives.drive(payout_id=again.pk, now=now)
    sandbox.control("clock", advance_seconds=86_400)
    assert payout_drives.drive(payout_id=again.pk, now=now).state == PayoutState.PAID
    return now


def test_the_statement_is_the_one_worked_by_hand(
    alice: User,
    mallory: User,
    store: Store,
    owner: User,
    client_of: ClientOf,
    stripe_sandbox: Sandbox,
    bind: BindCard,
) -> None:
    variant = make.make_variant(store, on_hand=20)
    money.give_money(alice.profile, 100_000)
    onboarded(store.profile, stripe_sandbox, bank=NO_ACCOUNT)
    fund_the_site(50_000)
    merchant = client_of(owner)
    four_orders(alice, variant, merchant, client_of(alice))
    fifth = buy(alice, variant, 1, 1_650, bind(alice))
    order_taken_back(fifth, merchant, client_of(alice), client_of(mallory), stripe_sandbox)
    now = monday(stripe_sandbox)

    assert list(told(merchant, store, until=now)) == worked_by_hand()
    page = merchant.get(
        f"/merchant/payments/merchantterms/{MerchantTerms.objects.get().pk}/change/"
    ).content.decode()
    for pot in ("$0.00", "$100.00", "$5.43"):
        assert pot in page

    assert reserves.free_due(now=now + timedelta(days=31), limit=10) == 3
    assert money.available(store.profile) == 543
