"""Control calls that make banks, card holders and Stripe itself act on an object.

Each runs in one transaction; ``call.params`` is the JSON that was posted.
"""

from collections.abc import Callable
from typing import Any

from payments.sandbox import disputing, onboarding, paying, published_banks
from payments.sandbox.amounts import check_currency
from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.resources import (
    accounts,
    balance,
    external_accounts,
    payment_methods,
    payouts,
    refunds,
)

_DISPUTE_REASONS = (
    "bank_cannot_process check_returned credit_not_processed customer_initiated"
    " debit_not_authorized duplicate fraudulent general incorrect_account_details"
    " insufficient_funds product_not_received product_unacceptable subscription_canceled"
    " unrecognized"
)


def settle_refund(call: Call) -> Json:
    refund = call.store.get("refund", call.ids[0])
    if _choice(call, "status", ("succeeded", "failed")) == "succeeded":
        return refunds.succeed(call, refund)
    return refunds.fail(call, refund, "lost_or_stolen_card")


def settle_payment(call: Call) -> Json:
    wanted = _choice(call, "status", ("succeeded", "failed"))
    intent = call.store.get("payment_intent", call.ids[0])
    if intent["status"] != "processing":
        raise ApiError(f"This payment has a status of {intent['status']}.")
    return paying.settle(call, intent, succeeds=wanted == "succeeded")


def open_dispute(call: Call) -> Json:
    charge = call.store.get("charge", call.ids[0])
    reason = call.get("reason", "fraudulent")
    if reason not in _DISPUTE_REASONS.split():
        raise InvalidParameter("Stripe knows no such reason.", param="reason")
    amount = call.get("amount")
    if amount is not None and type(amount) is not int:
        raise InvalidParameter("amount is a whole number.", param="amount")
    return disputing.begin(
        call, charge, amount=amount, reason=reason, inquiry=call.get("inquiry") is True
    )


def decide_dispute(call: Call) -> Json:
    wanted = _choice(call, "status", ("won", "lost", "needs_response"))
    dispute = call.store.get("dispute", call.ids[0])
    if wanted == "needs_response":
        return disputing.escalate(call, dispute)
    return disputing.decide(call, dispute, won=wanted == "won")


def pay_out_all(call: Call) -> list[Json]:
    account = call.get("account", "")
    if account:
        accounts.living(call, account)
    return payouts.automatic(call, account)


def settle_payout(call: Call) -> Json:
    payout = call.store.get("payout", call.ids[0])
    wanted = _choice(call, "status", ("in_transit", "paid", "failed"))
    if wanted != "failed":
        return payouts.arrive(call, payout) if wanted == "paid" else payouts.leave(call, payout)
    codes = tuple(published_banks.FAILURES)
    return payouts.fail(call, payout, _choice(call, "failure_code", codes, "account_closed"))


def onboard(call: Call) -> Json:
    """Put an account in a standing; one that may be paid out gets a bank account if it has none."""
    account = accounts.living(call, call.ids[0])
    number = call.get("bank")
    if number is None and not external_accounts.of_owner(call, account["id"]):
        number = onboarding.usual_bank(account)
    return onboarding.finish(call, account, call.get("status", ""), number)


def reissue_card(call: Call) -> Json:
    method = call.store.get("payment_method", call.ids[0])
    month = call.get("exp_month", method["card"]["exp_month"])
    year = call.get("exp_year", method["card"]["exp_year"])
    return payment_methods.reissue(call, method, call.get("number"), month, year)


def take_fee(call: Call) -> Json:
    """Let Stripe bill the platform for something that is no payment."""
    amount = call.get("amount")
    if type(amount) is not int or amount < 1:
        raise InvalidParameter("amount is a whole number above 0.", param="amount")
    return balance.book(
        call,
        None,
        "stripe_fee",
        -amount,
        currency=check_currency(call.get("currency", "usd")),
        description=call.get("description", "Billing (sandbox)"),
    )


def retell(call: Call) -> Json:
    """Let a line of the balance be told otherwise than before."""
    line = call.store.get("balance_transaction", call.ids[0])
    for name, fits in {"amount": int, "currency": str, "fee": int, "net": int}.items():
        if name in call.params and type(call.params[name]) is not fits:
            raise InvalidParameter(f"{name} is no {fits.__name__}.", param=name)
        line[name] = call.get(name, line[name])
    return call.store.save(line)


def _choice(call: Call, name: str, allowed: tuple[str, ...], usual: str = "") -> str:
    wanted: Any = call.get(name, usual)
    if wanted not in allowed:
        raise InvalidParameter(f"{name} is {' or '.join(allowed)}.", param=name)
    return str(wanted)


ADDRESSES: tuple[tuple[str, Callable[[Call], Any]], ...] = (
    (r"refunds/(\w+)", settle_refund),
    (r"payment_intents/(\w+)", settle_payment),
    (r"charges/(\w+)/dispute", open_dispute),
    (r"disputes/(\w+)", decide_dispute),
    (r"payouts/automatic", pay_out_all),
    (r"payouts/(\w+)", settle_payout),
    (r"accounts/(\w+)", onboard),
    (r"payment_methods/(\w+)", reissue_card),
    (r"fees", take_fee),
    (r"balance_transactions/(\w+)", retell),
)
