"""Why a card's holder asked for the money back, and what may convince the bank, in plain words.

Source: https://docs.stripe.com/disputes/categories
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_REASONS: dict[str, Promise] = {
    "credit_not_processed": _("The buyer was promised a refund and says that it did not come."),
    "duplicate": _("The buyer says that the same thing was charged twice."),
    "fraudulent": _("The holder of the card says that somebody else has paid with it."),
    "product_not_received": _("The buyer says that nothing has arrived."),
    "product_unacceptable": _("The buyer says that it is broken or not what was shown."),
    "subscription_canceled": _("The buyer says that this was cancelled before."),
    "unrecognized": _("The holder of the card does not recognise the payment."),
}
_GENERAL = _("The buyer's bank gives no closer reason.")

_WHAT_HELPS: dict[str, Promise] = {
    "credit_not_processed": _(
        "Say what was agreed: why no refund was due, or when and how it was given."
    ),
    "duplicate": _("Say what each of the two payments was for."),
    "fraudulent": _(
        "Say how you know the buyer: earlier orders, messages, who signed for the parcel."
    ),
    "product_not_received": _(
        "Say when and how it was sent, and what the carrier says of its delivery."
    ),
    "product_unacceptable": _(
        "Say what was shown on the product's page, what was sent, and what you offered."
    ),
    "subscription_canceled": _("Say what was ordered, and that it was not cancelled."),
    "unrecognized": _("Say what was bought, by whom and where it went."),
}
_ANYTHING = _("Say what was bought, when it was sent and what you and the buyer wrote.")


def reason(code: str) -> str:
    """Why the money was asked back, in the reader's language."""
    return str(_REASONS.get(code, _GENERAL))


def what_helps(code: str) -> str:
    """What a store should write, in the reader's language."""
    return str(_WHAT_HELPS.get(code, _ANYTHING))
