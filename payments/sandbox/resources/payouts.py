"""Payouts: money leaves the balance for a bank account or a debit card, and may come back.

Source: https://docs.stripe.com/api/payouts, https://docs.stripe.com/payouts#payout-failures
"""

from payments.sandbox import published_banks
from payments.sandbox.amounts import check_currency, check_steps
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.resources import balance, external_accounts
from payments.sandbox.store import new_id

_UNDER_WAY = ("pending", "in_transit")


def create(call: Call) -> Json:
    """Pay out by hand. Raises ApiError when too little is available, or nothing may leave."""
    _refuse_disabled(call)
    currency = check_currency(call.params["currency"])
    amount: int = check_steps(call.params["amount"], currency)
    if amount < 1:
        raise InvalidParameter(
            "Invalid positive integer", code="parameter_invalid_integer", param="amount"
        )
    destination = _destination(call, currency)
    method = call.get("method", "standard")
    if method not in destination["available_payout_methods"]:
        raise ApiError("This destination takes no instant payouts.", param="method")
    balance.require(call, call.account, amount, currency)
    return add(call, call.account, amount, destination, automatic=False)


def _refuse_disabled(call: Call) -> None:
    if call.account and not call.store.get("account", call.account)["payouts_enabled"]:
        raise ApiError(
            "Payouts have been disabled on the connected account.", code="payouts_not_allowed"
        )


def _destination(call: Call, currency: str) -> Json:
    if "destination" in call.params:
        for external in external_accounts.of_owner(call, call.account):
            if external["id"] == call.params["destination"]:
                return external
        raise ApiError(
            f"No such external account: '{call.params['destination']}'",
            code="resource_missing",
            param="destination",
        )
    found = external_accounts.default(call, call.account, currency)
    if found is None and not call.account:
        return external_accounts.of_platform(call, currency)
    if found is None:
        raise ApiError(
            f"Sorry, you don't have any external accounts in that currency ({currency})."
        )
    return found


def add(call: Call, owner: str, amount: int, destination: Json, *, automatic: bool) -> Json:
    """Book and send a payout of the account's money, already checked to be there."""
    due = call.store.time() + call.faults.rules.payout_seconds
    payout: Json = {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": int(due),
        "automatic": automatic,
        "balance_transaction": None,
        "created": call.now(),
        "currency": destination["currency"],
        "description": "STRIPE PAYOUT" if automatic else call.get("description"),
        "destination": destination["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": metadata({}, call.get("metadata")),
        "method": call.get("method", "standard"),
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": call.get("source_type", "card"),
        "statement_descriptor": call.get("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": destination["object"],
    }
    payout["balance_transaction"] = _book(call, payout, owner, "payout", -amount)
    call.store.add(payout, account=owner)
    call.store.schedule(payout["id"], due)
    call.emit("payout.created", payout)
    return payout


def _book(call: Call, payout: Json, owner: str, kind: str, amount: int) -> str:
    transaction = balance.book(
        call,
        payout,
        kind,
        amount,
        account=owner,
        currency=payout["currency"],
        description=payout["description"],
    )
    booked_id: str = transaction["id"]
    return booked_id


def automatic(call: Call, owner: str) -> list[Json]:
    """Pay out all that is available, one payout for each currency, and note what is in it."""
    balance.mature(call)
    made = []
    for currency, (available, _) in balance.totals(call, owner).items():
        destination = external_accounts.default(call, owner, currency)
        if destination is None and not owner:
            destination = external_accounts.of_platform(call, currency)
        if available < 1 or destination is None or destination.get("status") == "errored":
            continue
        contents = _not_paid_out(call, owner, currency)
        payout = add(call, owner, available, destination, automatic=True)
        for transaction_id in (*contents, payout["balance_transaction"]):
            call.store.hide(transaction_id, payout=payout["id"])
        made.append(payout)
    return made


def _not_paid_out(call: Call, owner: str, currency: str) -> list[str]:
    rows = call.store.rows(
        "SELECT id FROM objects WHERE kind = 'balance_transaction' AND account = ?"
        " AND json_extract(body, '$.currency') = ? AND json_extract(body, '$.available_on') <= ?"
        " AND json_extract(hidden, '$.payout') IS NULL",
        owner,
        currency,
        call.now(),
    )
    return [row["id"] for row in rows]


def due_change(call: Call, payout_id: str) -> Json:
    """Let the payout arrive, or come back where its bank account is published for that."""
    payout = call.store.get("payout", payout_id)
    destination = call.store.find(payout["destination"]) or {}
    bank = published_banks.by_fingerprint(destination.get("fingerprint", ""))
    if bank is not None and bank.failure_code is not None:
        return fail(call, payout, bank.failure_code)
    return arrive(call, payout)


def leave(call: Call, payout: Json) -> Json:
    """Hand it to the banks: from now on it cannot be cancelled."""
    _refuse_unless(payout, "pending")
    left = call.store.save(payout | {"status": "in_transit"})
    call.emit("payout.updated", left, status=payout["status"])
    return left


def arrive(call: Call, payout: Json) -> Json:
    """Raises ApiError unless the payout is under way."""
    _refuse_unless(payout, *_UNDER_WAY)
    trace = {"status": "supported", "value": f"SANDBOX{payout['id'][-8:].upper()}"}
    paid: Json = payout | {"status": "paid", "trace_id": trace}
    if payout["automatic"]:
        paid["reconciliation_status"] = "completed"
    call.store.save(paid)
    call.store.unschedule(payout["id"])
    call.emit("payout.paid", paid, status=payout["status"])
    if payout["automatic"]:
        call.emit("payout.reconciliation_completed", paid)
    return paid


def fail(call: Call, payout: Json, code: str) -> Json:
    """Let the money come back, also from a payout that was paid. Raises ApiError otherwise."""
    _refuse_unless(payout, *_UNDER_WAY, "paid")
    returned = _book(
        call, payout, call.store.owner(payout["id"]), "payout_failure", payout["amount"]
    )
    failed = call.store.save(
        payout
        | {
            "failure_balance_transaction": returned,
            "failure_code": code,
            "failure_message": published_banks.FAILURES[code],
            "status": "failed",
        }
    )
    call.store.unschedule(payout["id"])
    external_accounts.mark_errored(call, payout["destination"])
    call.emit("payout.failed", failed, status=payout["status"])
    return failed


def cancel(call: Call) -> Json:
    """Take a payout back that has not left yet."""
    payout = call.owned("payout", param="payout")
    if payout["automatic"]:
        raise ApiError("Automatic payouts cannot be canceled.")
    _refuse_unless(payout, "pending")
    returned = _book(call, payout, call.account, "payout_cancel", payout["amount"])
    gone = payout | {"failure_balance_transaction": returned, "status": "canceled"}
    call.store.save(gone)
    call.store.unschedule(payout["id"])
    call.emit("payout.canceled", gone, status=payout["status"])
    return gone


def _refuse_unless(payout: Json, *statuses: str) -> None:
    if payout["status"] not in statuses:
        raise ApiError(f"This payout has a status of {payout['status']}.")


def retrieve(call: Call) -> Json:
    return call.owned("payout", param="payout")


def update(call: Call) -> Json:
    payout = call.owned("payout", param="payout")
    changed = payout | {"metadata": metadata(payout["metadata"], call.get("metadata"))}
    call.store.save(changed)
    call.emit("payout.updated", changed)
    return changed


def list_all(call: Call) -> Json:
    return page(call, "payout", "/v1/payouts", filters=("destination", "status"))
