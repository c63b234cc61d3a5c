"""The balance of an account and the transactions that it is the sum of.

Source: https://docs.stripe.com/api/balance_transactions, https://docs.stripe.com/reports/reporting-categories
"""

from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, Json
from payments.sandbox.listing import page
from payments.sandbox.store import new_id

_CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "stripe_fee": "fee",
    "topup": "topup",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
}


def book(
    call: Call,
    source: Json | None,
    kind: str,
    amount: int,
    *,
    currency: str,
    account: str = "",
    available_on: int | None = None,
    category: str | None = None,
    description: str | None = None,
    fee: int = 0,
    fee_description: str = "Stripe processing fees",
) -> Json:
    """Store and return a balance transaction of the account.

    ``amount`` is signed and, like ``fee``, in Stripe's minor units; without ``available_on`` it
    counts at once.
    """
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": fee_description,
        "type": "stripe_fee",
    }
    due = call.now() if available_on is None else available_on
    transaction: Json = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": due,
        "balance_type": "payments",
        "created": call.now(),
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category or _CATEGORIES[kind],
        "source": source["id"] if source else None,
        "status": "available" if due <= call.now() else "pending",
        "type": kind,
    }
    return call.store.add(transaction, account=account)


def mature(call: Call) -> None:
    """Mark as available what has become so. Afterwards each status fits the clock."""
    call.store.rows(
        "UPDATE objects SET body = json_set(body, '$.status', 'available')"
        " WHERE kind = 'balance_transaction' AND json_extract(body, '$.status') = 'pending'"
        " AND json_extract(body, '$.available_on') <= ?",
        call.now(),
    )


def totals(call: Call, account: str) -> dict[str, tuple[int, int]]:
    """Return by currency what is available and what is pending, in minor units."""
    rows = call.store.rows(
        "SELECT json_extract(body, '$.currency') AS currency,"
        " sum(iif(json_extract(body, '$.available_on') <= ?1, json_extract(body, '$.net'), 0))"
        " AS available,"
        " sum(iif(json_extract(body, '$.available_on') > ?1, json_extract(body, '$.net'), 0))"
        " AS pending"
        " FROM objects WHERE kind = 'balance_transaction' AND account = ?2"
        " GROUP BY currency ORDER BY currency",
        call.now(),
        account,
    )
    return {row["currency"]: (row["available"], row["pending"]) for row in rows}


def require(call: Call, account: str, amount: int, currency: str) -> None:
    """Raises ApiError ``balance_insufficient`` unless that much is available."""
    available, _ = totals(call, account).get(currency, (0, 0))
    if available < amount:
        raise ApiError(
            "You have insufficient available funds in your Stripe account.",
            code="balance_insufficient",
            param="amount",
        )


def retrieve(call: Call) -> Json:
    sums = totals(call, call.account) or {"usd": (0, 0)}
    return {
        "object": "balance",
        "available": [_part(each, available) for each, (available, _) in sums.items()],
        "connect_reserved": [{"amount": 0, "currency": each} for each in sums],
        "livemode": False,
        "pending": [_part(each, pending) for each, (_, pending) in sums.items()],
    }


def _part(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def retrieve_transaction(call: Call) -> Json:
    mature(call)
    return call.owned("balance_transaction")


def list_transactions(call: Call) -> Json:
    mature(call)
    return page(
        call,
        "balance_transaction",
        "/v1/balance_transactions",
        filters=("currency", "source", "type"),
        only=_of_payout(call),
    )


def _of_payout(call: Call) -> tuple[tuple[str, str], ...]:
    payout_id = call.get("payout")
    if payout_id is None:
        return ()
    payout = call.store.get("payout", payout_id, param="payout")
    if not payout["automatic"]:
        raise ApiError(
            "Balance transaction history can only be filtered on automatic payouts, not manual.",
            param="payout",
        )
    return (("json_extract(hidden, '$.payout') = ?", payout_id),)
