"""By card: the stock is held while the payment runs and freed when it dies; nothing is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from payments.models import Payment, Refund
from payments.sandbox.server import Sandbox
from payments.services import charges, stripe_events
from payments.services import sweeps as payment_sweeps
from shop.models import Order, StockItem, StockMovement, Variant
from shop.services import checkout, orders, sweeps
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.payments.conftest import BindCard, bind
from tests.payments.sandbox_fixture import answer_bank, deliver

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]
DECLINED = "4000000000000341"  # binds, then declines
WANTS_3DS = "4000000000003220"


@pytest.fixture
def pay_by_card(buy: Buy, rich_alice: User, bind: BindCard) -> Callable[..., CheckoutResult]:
    def pay(number: str = "4242424242424242", **changes: object) -> CheckoutResult:
        card = bind(rich_alice, number)
        return buy(method="card", instrument_id=card.pk, **changes)

    return pay


def shelf(variant: Variant) -> tuple[int, int]:
    item = StockItem.objects.get(variant=variant)
    movements = StockMovement.objects.filter(stock_item=item)
    assert sum(one.on_hand_delta for one in movements) == item.on_hand
    assert sum(one.held_delta for one in movements) == item.held
    return item.on_hand, item.held


def again(order: Order, **changes: object) -> CheckoutResult:
    wanted: dict[str, object] = {
        "order_id": order.pk,
        "buyer": order.buyer,
        "method": "wallet",
        "key": "again",
        "now": clock.now(),
        "return_url": "/orders/{number}/",
        **changes,
    }
    return checkout.pay_order(**wanted)  # type: ignore[arg-type]


def after(order: Order) -> datetime:
    return order.pay_by + timedelta(seconds=1)


def test_a_good_card_pays_at_once(pay_by_card: Buy, variant: Variant) -> None:
    result = pay_by_card()
    assert (result.order.state, result.next_action_url, result.decline_code) == ("paid", "", "")
    assert shelf(variant) == (4, 0)


def test_the_same_key_charges_once(pay_by_card: Buy, buy: Buy, variant: Variant) -> None:
    order = pay_by_card().order
    assert order.payment is not None
    card = order.payment.instrument_id
    assert buy(method="card", instrument_id=card).order.pk == order.pk
    assert Payment.objects.count() == 1
    assert shelf(variant) == (4, 0)


def test_the_bank_may_want_to_see_the_person(pay_by_card: Buy, variant: Variant) -> None:
    result = pay_by_card(WANTS_3DS)
    assert result.order.state == "awaiting_payment"
    assert shelf(variant) == (5, 1)
    answer_bank(result.next_action_url)
    assert result.order.payment_id is not None
    charges.drive(payment_id=result.order.payment_id, now=clock.now())
    result.order.refresh_from_db()
    assert result.order.state == "paid"
    assert shelf(variant) == (4, 0)


def test_a_decline_keeps_the_order_and_the_goods_for_another_card(
    pay_by_card: Buy, rich_alice: User, bind: BindCard, variant: Variant
) -> None:
    result = pay_by_card(DECLINED)
    assert result.decline_code
    assert (result.order.state, shelf(variant)) == ("awaiting_payment", (5, 1))
    good = bind(rich_alice)
    paid = again(result.order, method="card", instrument_id=good.pk)
    assert (paid.order.state, shelf(variant)) == ("paid", (4, 0))
    assert Payment.objects.count() == 1


def test_after_a_decline_the_wallet_may_pay(pay_by_card: Buy, variant: Variant) -> None:
    order = pay_by_card(DECLINED).order
    paid = again(order).order
    assert (paid.state, shelf(variant)) == ("paid", (4, 0))
    assert set(Payment.objects.values_list("state", flat=True)) == {"cancelled", "succeeded"}


def test_what_is_not_paid_in_time_expires_and_frees_the_goods(
    pay_by_card: Buy, variant: Variant
) -> None:
    order = pay_by_card(WANTS_3DS).order
    assert sweeps.expire_unpaid(now=order.pay_by - timedelta(seconds=1), limit=10) == 0
    assert sweeps.expire_unpaid(now=after(order), limit=10) == 1
    order.refresh_from_db()
    assert (order.state, shelf(variant)) == ("expired", (5, 0))
    assert order.payment is not None
    assert order.payment.state == "cancelled"
    assert sweeps.expire_unpaid(now=after(order), limit=10) == 0


def test_a_sweep_that_finds_the_money_there_does_not_expire(
    pay_by_card: Buy, variant: Variant
) -> None:
    result = pay_by_card(WANTS_3DS)
    answer_bank(result.next_action_url)
    assert sweeps.expire_unpaid(now=after(result.order), limit=10) == 0
    result.order.refresh_from_db()
    assert (result.order.state, shelf(variant)) == ("paid", (4, 0))


def test_payments_own_sweep_frees_the_goods_as_well(pay_by_card: Buy, variant: Variant) -> None:
    order = pay_by_card(WANTS_3DS).order
    payment_sweeps.drive_stuck(now=after(order), limit=10)
    sweeps.expire_unpaid(now=after(order), limit=10)
    order.refresh_from_db()
    assert (order.state, shelf(variant)) == ("expired", (5, 0))


def test_money_that_comes_after_the_expiry_goes_back(pay_by_card: Buy, variant: Variant) -> None:
    """The row says expired while Stripe has the money: the sweep lost the race."""
    result = pay_by_card(WANTS_3DS)
    order, bank = result.order, result.next_action_url
    with transaction.atomic():
        orders.expire(orders.lock(order.pk), now=after(order))
    answer_bank(bank)
    assert order.payment_id is not None
    charges.drive(payment_id=order.payment_id, now=clock.now())
    order.refresh_from_db()
    refund = Refund.objects.get(payment=order.payment)
    assert (order.state, refund.amount_minor) == ("expired", 1650)
    assert shelf(variant) == (5, 0)
    payment_sweeps.drive_refunds(now=clock.now() + timedelta(minutes=2), limit=10)
    refund.refresh_from_db()
    assert refund.state == "succeeded"


def test_the_webhook_pays_the_order_too(
    pay_by_card: Buy, variant: Variant, client: Client, stripe_sandbox: Sandbox
) -> None:
    result = pay_by_card(WANTS_3DS)
    answer_bank(result.next_action_url)
    for _time in range(2):
        assert set(deliver(stripe_sandbox, client)) <= {200}
        stripe_events.process_due(now=clock.now(), limit=50)
    result.order.refresh_from_db()
    assert (result.order.state, shelf(variant)) == ("paid", (4, 0))


def test_no_answer_leaves_the_order_waiting_until_the_bank_speaks(
    pay_by_card: Buy,
    variant: Variant,
    stripe_sandbox: Sandbox,
    rich_alice: User,
    bind: BindCard,
    buy: Buy,
) -> None:
    card = bind(rich_alice)
    stripe_sandbox.control("rules", break_next=3)  # the SDK itself asks three times
    order = buy(method="card", instrument_id=card.pk).order
    assert (order.state, shelf(variant)) == ("awaiting_payment", (5, 1))
    payment_sweeps.drive_stuck(now=clock.now() + timedelta(minutes=1), limit=10)
    order.refresh_from_db()
    assert (order.state, shelf(variant)) == ("paid", (4, 0))


def test_cancelling_before_paying_frees_the_goods_and_kills_the_payment(
    pay_by_card: Buy, variant: Variant
) -> None:
    order = pay_by_card(WANTS_3DS).order
    orders.cancel(order_id=order.pk, reason="", now=clock.now())
    order.refresh_from_db()
    assert order.payment is not None
    assert (order.state, order.payment.state) == ("cancelled", "cancelled")
    assert shelf(variant) == (5, 0)
    assert not Refund.objects.exists()


def test_cancelling_what_turns_out_to_be_paid_gives_the_money_back(
    pay_by_card: Buy, variant: Variant
) -> None:
    result = pay_by_card(WANTS_3DS)
    answer_bank(result.next_action_url)
    orders.cancel(order_id=result.order.pk, reason="", now=clock.now())
    result.order.refresh_from_db()
    assert result.order.state == "cancelled"
    assert Refund.objects.get().state == "succeeded"
    assert shelf(variant) == (5, 0)


def test_paying_too_late_is_refused(pay_by_card: Buy) -> None:
    order = pay_by_card(DECLINED).order
    with pytest.raises(checkout.TooLate):
        again(order, now=after(order))


def test_the_card_shows_decline_and_then_receipt(
    client_of: ClientOf, rich_alice: User, pay_by_card: Buy
) -> None:
    order = pay_by_card(DECLINED).order
    client = client_of(rich_alice)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "The card was declined" in page
    status = client.get(f"{order.get_absolute_url()}status/", headers={"HX-Request": "true"})
    assert "The card was declined" in status.content.decode()
    form = {"pay_with": "wallet", "key": "second"}
    paid = client.post(f"{order.get_absolute_url()}pay/", form, headers={"HX-Request": "true"})
    assert "Paid. It is yours." in paid.content.decode()
    bad = client.post(f"{order.get_absolute_url()}pay/", {"pay_with": "cash", "key": "x"})
    assert bad.status_code == 422


def test_the_bank_page_is_where_the_browser_goes(
    client_of: ClientOf, rich_alice: User, bind: BindCard, variant: Variant, address: object
) -> None:
    card = bind(rich_alice, WANTS_3DS)
    form = {
        "variant": variant.pk,
        "quantity": 1,
        "address": getattr(address, "pk", 0),
        "pay_with": f"card:{card.pk}",
        "seen_total_minor": 1650,
        "key": "bank",
    }
    client = client_of(rich_alice)
    url = f"/checkout/{variant.product_id}/"
    answer = client.post(url, form, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    bank = answer["HX-Redirect"]
    back = answer_bank(bank)
    home = client.get(back.removeprefix("http://127.0.0.1:8000"))
    order = Order.objects.get()
    assert (home.status_code, home["Location"]) == (303, order.get_absolute_url())
    assert order.state == "paid"


def test_a_second_tab_does_not_open_a_second_payment(
    pay_by_card: Buy, rich_alice: User, bind: BindCard
) -> None:
    order = pay_by_card(WANTS_3DS).order
    assert order.payment is not None
    first = again(order, method="card", instrument_id=order.payment.instrument_id, key="tab-1")
    second = again(order, method="card", instrument_id=order.payment.instrument_id, key="tab-2")
    assert first.next_action_url == second.next_action_url != ""
    assert Payment.objects.count() == 1
