"""What is not given back while a bank has taken it."""

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from payments.models import Dispute, Payment
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Conflict


class ChargedBack(Conflict):
    """`left_minor` is what the bank has not taken: it can go to the wallet. Nothing has moved."""

    code = "charged-back"
    title = _("The buyer's bank has taken this payment back")


def refuse(payment: Payment) -> None:
    """Nothing where no chargeback stands. Stripe gives nothing back to a card while one does, not
    even the rest. Raises ChargedBack.
    """
    if not stands(payment.pk):
        return
    left_minor = payment.refundable_minor
    if not left_minor:
        words = _("The buyer has the money from there. Nothing was given back once more.")
        raise ChargedBack(words, left_minor=0)
    left = format_money(Money(left_minor, payment.currency))
    words = _(
        "Nothing was given back. What the bank has not taken, %(left)s, can go to the buyer's "
        "wallet."
    )
    raise ChargedBack(words % {"left": left}, left_minor=left_minor)


def stands(payment_id: int) -> bool:
    """Whether a bank has money of the payment, for now or for good."""
    return Dispute.objects.standing().filter(payment=payment_id).exists()


def taken_minor(payment: Payment) -> int:
    """What of the card's part the banks have, and refunds had not given back before."""
    standing = Dispute.objects.standing().filter(payment=payment)
    found = standing.aggregate(minor=Sum(F("taken_minor") - F("excess_minor")))
    return int(found["minor"] or 0)
