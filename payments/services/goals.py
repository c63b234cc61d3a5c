"""Where the money of a payment goes, and what the movement is called."""

from typing import Final

from payments.models import Account, Payment
from payments.services import chart

CARD_KINDS: Final[dict[str, str]] = {
    Payment.Purpose.PURCHASE: "card_payment",
    Payment.Purpose.TOP_UP: "top_up",
    Payment.Purpose.GIFT_CARD: "gift_card_bought",
}


def account_of(payment: Payment) -> Account:
    """The payee's escrow for a purchase, for a top-up the wallet, or the gift card bought."""
    if payment.purpose == Payment.Purpose.GIFT_CARD:
        assert payment.gift_card_id is not None  # noqa: S101 - the table has a CHECK for it
        return chart.gift_card(payment.gift_card_id, payment.currency)
    if payment.purpose == Payment.Purpose.TOP_UP:
        return chart.wallet(payment.payee_id, payment.currency)
    return chart.escrow(payment.payee_id, payment.currency)


def kind_at_once(payment: Payment) -> str:
    """What it is called where no card is asked."""
    if payment.purpose == Payment.Purpose.GIFT_CARD:
        return "gift_card_bought"
    by_gift_card = payment.method == Payment.Method.GIFT_CARD
    return "gift_card_payment" if by_gift_card else "wallet_payment"
