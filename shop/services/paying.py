"""How an order is paid, and what a person hears of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from payments.payment_states import OPEN, PaymentState
from payments.services import charges
from payments.services.parts import NO_GIFT, Gift
from shop.models import Order
from socialcommerce.lib.problems import Invalid

Method = Literal["wallet", "card", "gift_card"]


class NoInstrument(Invalid):
    code = "no-instrument"
    title = _("Please choose a card to pay with")


@dataclass(frozen=True, slots=True)
class CheckoutResult:
    """`next_action_url` is where the bank wants to see the person; empty if nowhere.

    A declined card leaves the order awaiting payment and the code in `decline_code`.
    """

    order: Order
    next_action_url: str = ""
    decline_code: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """How an order is paid. `key` makes the payment once, whatever is sent twice."""

    method: Method
    instrument_id: int | None
    key: str
    return_url: str
    wallet_part_minor: int = 0
    gift: Gift = NO_GIFT

    @property
    def terms(self) -> list[object]:
        """What a repeat of a purchase must say again."""
        said: list[object] = [self.method, self.instrument_id]
        said += [self.wallet_part_minor] if self.wallet_part_minor else []
        said += [f"gift:{self.gift.card_id}:{self.gift.part_minor}"] if self.gift.part_minor else []
        return said


def means(
    method: Method,
    instrument_id: int | None,
    *,
    key: str,
    return_url: str,
    wallet_part_minor: int = 0,
    gift: Gift = NO_GIFT,
) -> Means:
    """A card for the method card, with what the wallet pays before it; none for the others. A gift
    card may pay a part before all of them, and all of it for the method gift_card.

    Raises NoInstrument.
    """
    if method != "card":
        return Means(method, None, key, return_url, gift=gift)
    if instrument_id is None:
        raise NoInstrument
    return Means(method, instrument_id, key, return_url, wallet_part_minor, gift)


def begin(order: Order, by: Means, *, now: datetime) -> None:
    """From wallet or gift card the order is paid; by card its payment waits to be driven.

    Demands the order's lock, and that of its stock.
    """
    if by.method == "gift_card" and by.gift.part_minor != order.total_minor:
        raise charges.BadPayment(_("The gift card does not pay all of it. Nothing was charged."))
    if by.method != "card":
        # Our receiver of payment_settled marks the order paid, as it does for cards.
        charges.pay_from_wallet(
            payer_id=order.buyer_id,
            payee_id=order.store.profile_id,
            amount_minor=order.total_minor,
            currency=order.currency,
            reference=order.reference,
            key=f"{order.reference}:{by.key}",
            now=now,
            gift_card_id=by.gift.card_id,
            gift_part_minor=by.gift.part_minor,
        )
        return
    assert by.instrument_id is not None  # noqa: S101 - means() has seen to it
    payment = charges.open_card_payment(
        payer_id=order.buyer_id,
        payee_id=order.store.profile_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        instrument_id=by.instrument_id,
        reference=order.reference,
        key=f"{order.reference}:{by.key}",
        return_url=by.return_url.replace("{number}", order.number),
        expires_at=order.pay_by,
        now=now,
        wallet_part_minor=by.wallet_part_minor,
        gift_card_id=by.gift.card_id,
        gift_part_minor=by.gift.part_minor,
    )
    Order.objects.filter(pk=order.pk).update(payment=payment)
    order.payment = payment


def use_open(order: Order, payment: Payment, by: Means, *, now: datetime) -> CheckoutResult | None:
    """Another card goes to the same payment; the wallet, or another part of it, wants it dead
    first.

    None if the payment is dead now and another may begin. No transaction is open.
    """
    gift = Gift(payment.gift_card_id, payment.gift_part_minor)
    same_split = (payment.wallet_part_minor, gift) == (by.wallet_part_minor, by.gift)
    if by.method == "card" and same_split and payment.state == PaymentState.REQUIRES_METHOD:
        assert by.instrument_id is not None  # noqa: S101 - means() has seen to it
        charges.retry(payment_id=payment.pk, instrument_id=by.instrument_id, now=now)
        return outcome(order, now=now)
    if by.method == "card" and same_split and payment.instrument_id == by.instrument_id:
        return outcome(order, now=now)
    payment = charges.cancel(payment_id=payment.pk, now=now)
    return None if payment.state not in OPEN else outcome(order, now=now)


def outcome(order: Order, *, now: datetime) -> CheckoutResult:
    """Asks Stripe where a card payment is open; the row says the rest. Safe to repeat."""
    order = Order.objects.select_related("payment", "store__profile").get(pk=order.pk)
    payment = order.payment
    if payment is None or payment.state not in OPEN:
        return CheckoutResult(order)
    if payment.state in {PaymentState.CREATED, PaymentState.PROCESSING}:
        payment = charges.drive(payment_id=payment.pk, now=now)
        order = Order.objects.select_related("payment", "store__profile").get(pk=order.pk)
    wants_action = payment.state == PaymentState.REQUIRES_ACTION
    declined = payment.state == PaymentState.REQUIRES_METHOD
    return CheckoutResult(
        order,
        next_action_url=payment.next_action_url if wants_action else "",
        decline_code=payment.decline_code if declined else "",
    )
