"""Why a card was declined, in plain words with the next step.

For lost, stolen and suspected cards Stripe asks to show the general words, so that whoever holds
the card learns nothing. Source: https://docs.stripe.com/declines/codes
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ANOTHER_CARD = _("Your bank declined the card. Use another card, or ask your bank why.")
_LATER = _("Your bank could not be reached. Nothing was charged. Try again in a few minutes.")
_PROVE = _("Your bank wants to know that it is you. Pay again here and confirm it with your bank.")
_NOT_PROVED = _(
    "Your bank could not confirm that it is you. Nothing was charged. Try again, or use"
    " another card."
)
_TYPED_NUMBER = _("The card number is not right. Check it, or use another card.")
_TYPED_DATE = _("The expiry date is not right. Check it, or use another card.")
_TYPED_CVC = _("The security code is not right. Check it, or use another card.")
_KIND = _("This card cannot be used for this kind of payment. Use another card.")
_LIMIT = _("The card's limit is reached. Use another card, or try a smaller amount.")

_WORDS: dict[str, Promise] = {
    "approve_with_id": _LATER,
    "authentication_required": _PROVE,
    "card_not_supported": _KIND,
    "card_velocity_exceeded": _LIMIT,
    "currency_not_supported": _("This card does not pay in this currency. Use another card."),
    "duplicate_transaction": _(
        "The same amount was just paid with this card. Look at your statement before you pay again."
    ),
    "expired_card": _("The card has expired. Use another card, or bind its successor."),
    "incorrect_cvc": _TYPED_CVC,
    "incorrect_number": _TYPED_NUMBER,
    "insufficient_funds": _("There is not enough money on the card. Use another card."),
    "invalid_amount": _LIMIT,
    "invalid_cvc": _TYPED_CVC,
    "invalid_expiry_month": _TYPED_DATE,
    "invalid_expiry_year": _TYPED_DATE,
    "invalid_number": _TYPED_NUMBER,
    "issuer_not_available": _LATER,
    "payment_intent_authentication_failure": _NOT_PROVED,
    "processing_error": _LATER,
    "reenter_transaction": _LATER,
    "setup_intent_authentication_failure": _NOT_PROVED,
    "testmode_decline": _("This is a test card. Use a real one."),
    "transaction_not_allowed": _KIND,
    "try_again_later": _LATER,
    "withdrawal_count_limit_exceeded": _LIMIT,
}


def words(reason_code: str) -> str:
    """Return what to tell the person, in the language of the moment."""
    return str(_WORDS.get(reason_code, _ANOTHER_CARD))
