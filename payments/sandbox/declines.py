"""Why a bank declines: all published codes, with the error that a charge meets.

Source: https://docs.stripe.com/declines/codes, https://docs.stripe.com/error-codes
"""

from payments.sandbox.errors import Json

_CODES = (
    "approve_with_id authentication_required call_issuer"
    " card_not_supported card_velocity_exceeded currency_not_supported do_not_honor"
    " do_not_try_again duplicate_transaction expired_card fraudulent generic_decline"
    " incorrect_cvc incorrect_number incorrect_pin incorrect_zip insufficient_funds"
    " invalid_account invalid_amount invalid_cvc invalid_expiry_month invalid_expiry_year"
    " invalid_number invalid_pin issuer_not_available lost_card merchant_blacklist"
    " mobile_device_authentication_required new_account_information_available no_action_taken"
    " not_permitted offline_pin_required online_or_offline_pin_required pickup_card"
    " pin_try_exceeded processing_error reenter_transaction restricted_card"
    " revocation_of_all_authorizations revocation_of_authorization security_violation"
    " service_not_allowed stolen_card stop_payment_order test_mode_live_card testmode_decline"
    " transaction_not_allowed try_again_later withdrawal_count_limit_exceeded"
)
CODES = frozenset(_CODES.split())
# Most of them come under the error code card_declined; these are error codes themselves.
_OWN_ERROR_CODES = (
    "authentication_required expired_card incorrect_cvc incorrect_number incorrect_zip invalid_cvc"
    " invalid_expiry_month invalid_expiry_year invalid_number processing_error"
)
_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "card_not_supported": "Your card is not supported.",
    "currency_not_supported": "Your card does not support this currency.",
}
_PARAMS = {
    "expired_card": "exp_month",
    "incorrect_cvc": "cvc",
    "incorrect_number": "number",
    "incorrect_zip": "address_zip",
    "invalid_cvc": "cvc",
    "invalid_expiry_month": "exp_month",
    "invalid_expiry_year": "exp_year",
    "invalid_number": "number",
}


def error(decline_code: str) -> Json:
    """Return the card error of a decline, in the shape of ``last_payment_error``."""
    code = decline_code if decline_code in _OWN_ERROR_CODES.split() else "card_declined"
    body: Json = {
        "type": "card_error",
        "code": code,
        "decline_code": decline_code,
        "message": _MESSAGES.get(decline_code, "Your card was declined."),
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
    }
    if code in _PARAMS:
        body["param"] = _PARAMS[code]
    return body
