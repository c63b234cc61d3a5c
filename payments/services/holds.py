"""Two-phase money: set aside first, then taken or given free, each once."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from payments.hold_states import TRANSITIONS, HoldState
from payments.models import Account, Hold, LedgerTransaction
from payments.services import balances, ledger
from socialcommerce.lib.problems import Conflict

VOIDED_A_RUN = 500


class HoldResolved(Conflict):
    """It was posted or voided before, or its time is over."""

    code = "hold-resolved"
    title = _("The money is not set aside any more")


def place(
    *, account_id: int, amount_minor: int, key: str, expires_at: datetime, now: datetime
) -> Hold:
    """The amount is set aside until `expires_at`; the same key again returns the hold that stands.

    Inside the caller's transaction; the account ends locked. Raises ledger.InsufficientFunds,
    ledger.KeyConflict.
    """
    balance = _lock(account_id)[account_id]
    earlier = Hold.objects.filter(key=key).first()
    if earlier is not None:
        if (earlier.account_id, earlier.amount_minor) != (account_id, amount_minor):
            raise ledger.KeyConflict
        return earlier
    balances.cover([balance], {account_id: amount_minor})
    Account.objects.filter(pk=account_id).update(held_minor=F("held_minor") + amount_minor)
    return Hold.objects.create(
        account_id=account_id,
        amount_minor=amount_minor,
        key=key,
        created_at=now,
        expires_at=expires_at,
    )


def post(*, hold_id: int, to_account_id: int, kind: str, now: datetime, memo: str = "") -> Hold:
    """The money set aside has moved to the other account. Inside the caller's transaction.

    Raises HoldResolved.
    """
    hold = _pending(hold_id, to_account_id)
    if now >= hold.expires_at:
        raise HoldResolved
    _free(hold)
    leg = ledger.Leg(hold.account_id, to_account_id, hold.amount_minor)
    booked = ledger.post(kind=kind, scope="hold", key=str(hold.pk), legs=[leg], now=now, memo=memo)
    return _resolve(hold, HoldState.POSTED, now, booked)


def void(*, hold_id: int, now: datetime) -> Hold:
    """The money is free again. Inside the caller's transaction. Raises HoldResolved."""
    hold = _pending(hold_id)
    _free(hold)
    return _resolve(hold, HoldState.VOIDED, now)


def void_expired(*, now: datetime) -> int:
    """Up to 500 holds whose time is over are voided, each in a transaction of its own."""
    late = Hold.objects.filter(state=HoldState.PENDING, expires_at__lte=now).order_by("expires_at")
    return sum(_void_if_pending(pk, now) for pk in late.values_list("pk", flat=True)[:VOIDED_A_RUN])


def _void_if_pending(hold_id: int, now: datetime) -> bool:
    with transaction.atomic():
        try:
            void(hold_id=hold_id, now=now)
        except HoldResolved:
            return False  # posted between the look and the lock
        return True


def _pending(hold_id: int, *goal_ids: int) -> Hold:
    """The hold, pending and locked, after all accounts that will move, in id order. A goal that
    takes its credits as accruals is not locked: many may pay into it at once.
    """
    account_id = Hold.objects.values_list("account_id", flat=True).get(pk=hold_id)
    goals = balances.read(goal_ids).items() if goal_ids else ()
    _lock(account_id, *(pk for pk, nature in goals if not nature.accrues))
    hold = Hold.objects.select_for_update(no_key=True).get(pk=hold_id)
    if hold.state != HoldState.PENDING:
        raise HoldResolved
    return hold


def _lock(*account_ids: int) -> dict[int, balances.Balance]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Holds join the caller's transaction.")
    return balances.lock(sorted(account_ids))


def _free(hold: Hold) -> None:
    Account.objects.filter(pk=hold.account_id).update(
        held_minor=F("held_minor") - hold.amount_minor
    )


def _resolve(
    hold: Hold, state: HoldState, now: datetime, booked: LedgerTransaction | None = None
) -> Hold:
    TRANSITIONS.check(HoldState(hold.state), state)
    hold.state, hold.transaction, hold.resolved_at = state.value, booked, now
    hold.save(update_fields=["state", "transaction", "resolved_at"])
    return hold
