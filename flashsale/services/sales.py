"""What an operator does with a sale. Every act locks the sale's row first."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from flashsale.claim_states import UNPAID
from flashsale.gate import control
from flashsale.models import Claim, Lot, Sale, Unit
from flashsale.sale_states import TRANSITIONS, SaleState
from flashsale.services import acts, waves
from flashsale.services.console import checklist
from flashsale.services.fairness import secrets
from flashsale.services.locking import lock_sale, lock_sale_to_end
from flashsale.unit_states import UnitState
from shop.models import OrderOrigin
from shop.order_states import OrderState
from shop.services import bulk_orders, orders, stock
from socialcommerce.lib import faultpoints, redis
from socialcommerce.lib.problems import Conflict, Invalid

logger = logging.getLogger(__name__)

MAKE_UNITS = """
INSERT INTO flashsale_unit (sale_id, lot_id, number, state)
SELECT %s, %s, number, 'free' FROM generate_series(1, %s) AS number
"""


# While a sale is paused no deadline of its orders may pass. Whole days, so that the time of day
# that an order's page shows stays right.
STANDSTILL: Final = timedelta(days=365)
RUNNING: Final = (SaleState.APPROVED, SaleState.PAUSED)


class WrongState(Conflict):
    """The sale has moved on; `state` says where to."""

    code = "sale-state"
    title = _("The sale is not in a state for that")

    def __init__(self, sale: Sale) -> None:
        super().__init__(
            _("It is now: %(state)s. Nothing was changed.") % {"state": sale.get_state_display()},
            state=sale.state,
        )


class Undecided(Conflict):
    code = "sale-undecided"
    title = _("The window or the draw is being decided")


class NotReady(Invalid):
    code = "sale-not-ready"
    title = _("The sale cannot be approved like this")


def approve(*, sale_id: int, by: User, now: datetime) -> Sale:
    """The sale is announced, its lots have left their stores' stock and every unit is a row.

    Opens the transaction. Raises WrongState, NotReady, stock.OutOfStock.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        lots = list(sale.lots.select_related("variant__product__store"))
        _move(sale, SaleState.APPROVED)
        if sale.rehearses_id is None:  # the stage is set by code: test money, times of seconds
            _refuse_if_impossible(sale, lots, now=now)
        for lot in sorted(lots, key=lambda lot: lot.variant_id):  # stock is locked in one order
            stock.take_lot(
                variant_id=lot.variant_id, quantity=lot.pledged, reference=_reference(sale), now=now
            )
            with connection.cursor() as cursor:
                cursor.execute(MAKE_UNITS, [sale.pk, lot.pk, lot.pledged])
        sale.approved_at, sale.approved_by = now, by
        sale.save(update_fields=["state", "approved_at", "approved_by"])
        secrets.commit_own(sale, now=now)
        units = sum(lot.pledged for lot in lots)
        acts.log(sale, kind="approved", by=by, detail={"units": units}, now=now)
    return sale


def pause(*, sale_id: int, reason: str, now: datetime, by: User | None = None) -> Sale:
    """Nothing is admitted or decided any more and every hold's clock stands still. Without `by`
    the system did it.

    The epoch moves on, so a batch that is under way cannot commit. Opens the transaction.
    Raises WrongState.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        _move(sale, SaleState.PAUSED)
        sale.paused_at, sale.pause_reason = now, reason[:200]
        sale.epoch += 1
        sale.save(update_fields=["state", "paused_at", "pause_reason", "epoch"])
        bulk_orders.postpone(_unpaid_orders(sale), by=STANDSTILL)
        acts.log(sale, kind="paused", by=by, detail={"reason": reason[:200]}, now=now)
    _close_gate(sale)
    return sale


def resume(*, sale_id: int, now: datetime, by: User | None = None) -> Sale:
    """Every hold, the open wave and the parties of the seed have the seconds that they had left;
    the controller opens the gate again.

    Opens the transaction. Raises WrongState.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        if sale.state != SaleState.PAUSED or sale.paused_at is None:
            raise WrongState(sale)
        _move(sale, SaleState.APPROVED)
        stood_still = now - sale.paused_at
        waves.stand_still(sale, since=sale.paused_at, until=now)
        secrets.stand_still(sale, since=sale.paused_at, until=now)
        order_ids = _unpaid_orders(sale)
        Claim.objects.filter(order__in=order_ids).update(
            held_until=F("held_until") + stood_still, paying_until=F("paying_until") + stood_still
        )
        bulk_orders.postpone(order_ids, by=stood_still - STANDSTILL)
        sale.paused_at, sale.pause_reason = None, ""
        sale.save(update_fields=["state", "paused_at", "pause_reason", "secrets_due_at"])
        seconds = round(stood_still.total_seconds())
        acts.log(sale, kind="resumed", by=by, detail={"stood_still_seconds": seconds}, now=now)
    return sale


def close(*, sale_id: int, now: datetime, by: User | None = None) -> Sale:
    """The sale ends now: nobody else comes in line. Who is in line is still served, and who
    holds a unit has the time to pay that was promised; then it is settled.

    The controller opens the gate again with the new end. Opens the transaction. Raises
    WrongState unless the sale has started and not ended, Undecided.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        if sale.state not in RUNNING or not sale.starts_at < now < sale.ends_at:
            raise WrongState(sale)
        if sale.is_undecided:
            raise Undecided(_("Nothing was changed. Try again in a moment, or cancel the sale."))
        planned, sale.ends_at = sale.ends_at, now
        sale.epoch += 1
        sale.save(update_fields=["ends_at", "epoch"])
        detail = {"planned": planned.isoformat()}
        acts.log(sale, kind="closed", by=by, detail=detail, now=now)
    _lapse_gate(sale)
    return sale


def cancel(*, sale_id: int, now: datetime, by: User | None = None) -> Sale:
    """The sale is off and its unsold units are back in stock; `wind_up` gives the money back.

    Opens the transaction. Raises WrongState.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale_to_end(sale_id)
        _move(sale, SaleState.CANCELLED)
        _return_rest(sale, now=now)
        sale.epoch += 1
        sale.cancelled_at = now
        sale.save(update_fields=["state", "cancelled_at", "epoch"])
        acts.log(sale, kind="cancelled", by=by, detail={}, now=now)
    _close_gate(sale)
    return sale


def wind_up(*, sale_id: int, limit: int, now: datetime) -> int:
    """Up to `limit` orders of a cancelled sale are cancelled and refunded; how many.

    What was shipped already stays the buyer's. No transaction may be open.
    """
    claims = Claim.objects.filter(
        sale_id=sale_id,
        sale__state=SaleState.CANCELLED,
        order__origin=OrderOrigin.SALE,
        order__state__in=[OrderState.AWAITING_PAYMENT, OrderState.PAID],
    )
    ids = list(claims.order_by("pk").values_list("order_id", flat=True)[:limit])
    done = 0
    for order_id in ids:
        try:
            faultpoints.reach("before an order is wound up")
            orders.cancel(order_id=order_id or 0, reason=str(_("The sale was cancelled")), now=now)
            done += 1
        except orders.NotNow:
            continue  # shipped or cancelled by somebody else while we came
        except Exception:
            # Whatever is wrong with one order, the people behind it get their money.
            logger.exception("Order %s of a cancelled sale; it is tried again", order_id)
    return done


def settle(*, sale_id: int, now: datetime) -> Sale:
    """The sale is over for good and what nobody bought is in the store's stock again.

    The caller has seen that nothing waits at the gate. Opens the transaction. Raises WrongState
    while the sale runs or a unit is still held.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale_to_end(sale_id)
        unpaid = Claim.objects.filter(sale=sale, state__in=UNPAID).exists()
        if sale.state != SaleState.APPROVED or now < sale.ends_at or unpaid:
            raise WrongState(sale)
        _move(sale, SaleState.SETTLED)
        _return_rest(sale, now=now)
        sale.settled_at = now
        sale.save(update_fields=["state", "settled_at"])
        acts.log(sale, kind="settled", by=None, detail={}, now=now)
    _close_gate(sale)
    return sale


def give_back_one(sale: Sale, unit: Unit, *, now: datetime) -> None:
    """A unit that came back after the end is in the store's stock. Demands its lock."""
    Unit.objects.filter(pk=unit.pk).update(state=UnitState.RETURNED)
    lot = Lot.objects.get(pk=unit.lot_id)
    stock.give_back_lot(variant_id=lot.variant_id, quantity=1, reference=_reference(sale), now=now)


def _return_rest(sale: Sale, *, now: datetime) -> None:
    """Free and pooled units are RETURNED: each row is locked, so none is sold and returned."""
    for lot in sale.lots.order_by("variant_id"):
        rest = Unit.objects.filter(lot=lot, state__in=[UnitState.FREE, UnitState.POOLED])
        returned = rest.update(state=UnitState.RETURNED)
        if returned:
            stock.give_back_lot(
                variant_id=lot.variant_id, quantity=returned, reference=_reference(sale), now=now
            )


def _unpaid_orders(sale: Sale) -> list[int]:
    """The orders of its unpaid claims, which are locked. Demands the sale's lock."""
    unpaid = Claim.objects.filter(sale=sale, state__in=UNPAID).exclude(order=None)
    rows = unpaid.order_by("pk").select_for_update(no_key=True)
    return [order_id for order_id in rows.values_list("order_id", flat=True) if order_id]


def _move(sale: Sale, new: SaleState) -> None:
    if new not in TRANSITIONS.moves[SaleState(sale.state)]:
        raise WrongState(sale)
    sale.state = new


def _refuse_if_impossible(sale: Sale, lots: list[Lot], *, now: datetime) -> None:
    found = checklist.problems(sale, lots, now=now)
    if found:
        words = " ".join(f"{check.title}: {check.found} {check.remedy}" for check in found)
        raise NotReady(words, checks=[check.code for check in found])


def _close_gate(sale: Sale) -> None:
    """With Redis away the controller closes it: until then the moved epoch refuses every batch."""
    try:
        control.close(redis.gate(), sale)
        if sale.state in (SaleState.CANCELLED, SaleState.SETTLED):
            control.forget(redis.gate(), sale)
    except redis.RedisError as error:
        logger.warning("Sale %s: the gate is away and could not be closed: %s", sale.pk, error)


def _lapse_gate(sale: Sale) -> None:
    """With Redis away there is nothing to lapse; the moved epoch has it rebuilt in any case."""
    try:
        control.lapse(redis.gate(), sale.pk)
    except redis.RedisError as error:
        logger.warning("Sale %s: the gate is away and did not lapse: %s", sale.pk, error)


def _reference(sale: Sale) -> str:
    return f"sale:{sale.pk}"
