"""Transfers from the platform to a connected account, and back.

Source: https://docs.stripe.com/api/transfers, https://docs.stripe.com/connect/separate-charges-and-transfers
"""

from payments.sandbox.amounts import check_currency, check_steps
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.resources import accounts, balance, destination_payments
from payments.sandbox.store import new_id


def create(call: Call) -> Json:
    """Move money to an account that may receive it: what is available, or out of one charge."""
    account = _destination(call)
    currency = check_currency(call.params["currency"])
    charge = _source(call, currency)
    amount = _amount(call, charge, currency)
    if charge is None:
        balance.require(call, "", amount, currency)
    return _move(call, account, amount, currency, charge)


def _destination(call: Call) -> Json:
    account = accounts.living(call, call.params["destination"], param="destination")
    if account["capabilities"].get("transfers") != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _source(call: Call, currency: str) -> Json | None:
    if "source_transaction" not in call.params:
        return None
    charge = call.store.get("charge", call.params["source_transaction"], param="source_transaction")
    if charge["currency"] != currency or charge["balance_transaction"] is None:
        raise ApiError(
            "The source transaction has to be a charge that was captured, in the same currency.",
            param="source_transaction",
        )
    return charge


def _amount(call: Call, charge: Json | None, currency: str) -> int:
    left = charge["amount_captured"] - _passed_on(call, charge) if charge else None
    if "amount" not in call.params and left is None:
        raise InvalidParameter(
            "Missing required param: amount.", code="parameter_missing", param="amount"
        )
    amount = check_steps(call.get("amount", left), currency)
    if amount < 1:
        raise InvalidParameter(
            "Invalid positive integer", code="parameter_invalid_integer", param="amount"
        )
    if left is not None and amount > left:
        raise ApiError(
            f"Transfers of this charge cannot exceed what is left of it ({left}).", param="amount"
        )
    return amount


def _passed_on(call: Call, charge: Json) -> int:
    made = call.store.all_with("transfer", "source_transaction", charge["id"])
    return sum(transfer["amount"] - transfer["amount_reversed"] for transfer in made)


def _move(call: Call, account: Json, amount: int, currency: str, charge: Json | None) -> Json:
    transfer_id = new_id("tr")
    transfer: Json = {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "created": call.now(),
        "currency": currency,
        "description": call.get("description"),
        "destination": account["id"],
        "livemode": False,
        "metadata": metadata({}, call.get("metadata")),
        "reversals": {
            "object": "list",
            "url": f"/v1/transfers/{transfer_id}/reversals",
            "has_more": False,
            "data": [],
        },
        "reversed": False,
        "source_transaction": charge["id"] if charge else None,
        "source_type": "card",
        "transfer_group": call.get("transfer_group", _group(charge)),
    }
    available_on = _available_on(call, charge)
    taken = balance.book(
        call,
        transfer,
        "transfer",
        -amount,
        available_on=available_on,
        currency=currency,
        description=transfer["description"],
    )
    payment = destination_payments.add(call, transfer, available_on)
    transfer |= {"balance_transaction": taken["id"], "destination_payment": payment["id"]}
    call.store.add(transfer)
    call.emit("transfer.created", transfer)
    return transfer


def _group(charge: Json | None) -> str | None:
    if charge is None:
        return None
    group: str = charge["transfer_group"] or f"group_{charge['payment_intent']}"
    return group


def _available_on(call: Call, charge: Json | None) -> int:
    """Money that a charge still waits for is waited for by whoever it is passed on to."""
    if charge is None:
        return call.now()
    transaction = call.store.get("balance_transaction", charge["balance_transaction"])
    return max(call.now(), int(transaction["available_on"]))


def reverse(call: Call) -> Json:
    """Take money back, up to what was transferred and the account still has."""
    transfer = call.store.get("transfer", call.ids[0], param="transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount: int = check_steps(call.get("amount", left), transfer["currency"])
    if not 1 <= amount <= left:
        raise ApiError(
            f"You can reverse up to {left} of this transfer.",
            param="amount",
        )
    has = sum(balance.totals(call, transfer["destination"]).get(transfer["currency"], (0, 0)))
    if has < amount:
        raise ApiError(
            "The connected account does not have sufficient funds to reverse this transfer.",
            code="balance_insufficient",
        )
    return _undo(call, transfer, amount)


def _undo(call: Call, transfer: Json, amount: int) -> Json:
    reversal: Json = {
        "id": new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "created": call.now(),
        "currency": transfer["currency"],
        "metadata": metadata({}, call.get("metadata")),
        "source_refund": None,
        "transfer": transfer["id"],
    }
    refund = destination_payments.give_back(call, transfer, amount, reversal["id"])
    returned = balance.book(
        call,
        reversal,
        "transfer_refund",
        amount,
        currency=transfer["currency"],
        description=call.get("description"),
    )
    reversal |= {
        "balance_transaction": returned["id"],
        "destination_payment_refund": refund["id"],
    }
    call.store.add(reversal)
    total = transfer["amount_reversed"] + amount
    done = transfer | {"amount_reversed": total, "reversed": total == transfer["amount"]}
    done["reversals"] = transfer["reversals"] | {"data": [reversal, *transfer["reversals"]["data"]]}
    call.store.save(done)
    call.emit("transfer.reversed", done, amount_reversed=transfer["amount_reversed"])
    return reversal


def retrieve(call: Call) -> Json:
    return call.store.get("transfer", call.ids[0], param="transfer")


def update(call: Call) -> Json:
    transfer = retrieve(call)
    changes: Json = {"metadata": metadata(transfer["metadata"], call.get("metadata"))}
    changes["description"] = call.get("description", transfer["description"])
    call.store.save(transfer | changes)
    call.emit("transfer.updated", transfer | changes)
    return transfer | changes


def list_all(call: Call) -> Json:
    return page(call, "transfer", "/v1/transfers", filters=("destination", "transfer_group"))


def retrieve_reversal(call: Call) -> Json:
    reversal = call.store.get("transfer_reversal", call.ids[1])
    if reversal["transfer"] != call.ids[0]:
        raise ApiError(
            f"No such transfer reversal: '{call.ids[1]}'", status=404, code="resource_missing"
        )
    return reversal


def list_reversals(call: Call) -> Json:
    return page(
        call,
        "transfer_reversal",
        f"/v1/transfers/{retrieve(call)['id']}/reversals",
        only=(("json_extract(body, '$.transfer') = ?", call.ids[0]),),
    )
