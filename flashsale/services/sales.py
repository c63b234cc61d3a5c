"""What an operator does with a sale. Every act locks the sale's row first."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from feed import text as texts
from flashsale.claim_states import UNPAID
from flashsale.gate import control
from flashsale.models import Claim, Lot, Sale, Unit
from flashsale.models.sales import UNITS_MAX
from flashsale.sale_states import TRANSITIONS, SaleState
from flashsale.services.locking import lock_sale, lock_sale_to_end
from flashsale.unit_states import UnitState
from shop.models import OrderOrigin
from shop.order_states import OrderState
from shop.services import bulk_orders, orders, stock
from socialcommerce.lib import redis
from socialcommerce.lib.problems import Conflict, Invalid

logger = logging.getLogger(__name__)

MAKE_UNITS = """
INSERT INTO flashsale_unit (sale_id, lot_id, number, state)
SELECT %s, %s, number, 'free' FROM generate_series(1, %s) AS number
"""


# While a sale is paused no deadline of its orders may pass. Whole days, so that the time of day
# that an order's page shows stays right.
STANDSTILL: Final = timedelta(days=365)


class WrongState(Conflict):
    """The sale has moved on; `state` says where to."""

    code = "sale-state"
    title = _("The sale is not in a state for that")

    def __init__(self, sale: Sale) -> None:
        super().__init__(
            _("It is now: %(state)s. Nothing was changed.") % {"state": sale.get_state_display()},
            state=sale.state,
        )


class NotReady(Invalid):
    code = "sale-not-ready"
    title = _("The sale cannot be approved like this")


def approve(*, sale_id: int, by: User, now: datetime) -> Sale:
    """The sale is announced, its lot has left the store's stock and every unit is a row.

    Opens the transaction. Raises WrongState, NotReady, stock.OutOfStock.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        lots = list(sale.lots.select_related("variant__product__store"))
        _move(sale, SaleState.APPROVED)
        if sale.rehearses_id is None:  # the stage is set by code: test money, times of seconds
            _check(sale, lots, now=now)
        for lot in lots:
            stock.take_lot(
                variant_id=lot.variant_id, quantity=lot.pledged, reference=_reference(sale), now=now
            )
            with connection.cursor() as cursor:
                cursor.execute(MAKE_UNITS, [sale.pk, lot.pk, lot.pledged])
        sale.approved_at, sale.approved_by = now, by
        sale.save(update_fields=["state", "approved_at", "approved_by"])
    return sale


def pause(*, sale_id: int, reason: str, now: datetime) -> Sale:
    """Nothing is admitted or decided any more and every hold's clock stands still.

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
    _close_gate(sale)
    return sale


def resume(*, sale_id: int, now: datetime) -> Sale:
    """Every hold has the seconds that it had left; the controller opens the gate again.

    Opens the transaction. Raises WrongState.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        if sale.state != SaleState.PAUSED or sale.paused_at is None:
            raise WrongState(sale)
        _move(sale, SaleState.APPROVED)
        stood_still = now - sale.paused_at
        order_ids = _unpaid_orders(sale)
        Claim.objects.filter(order__in=order_ids).update(
            held_until=F("held_until") + stood_still, paying_until=F("paying_until") + stood_still
        )
        bulk_orders.postpone(order_ids, by=stood_still - STANDSTILL)
        sale.paused_at, sale.pause_reason = None, ""
        sale.save(update_fields=["state", "paused_at", "pause_reason"])
    return sale


def cancel(*, sale_id: int, now: datetime) -> Sale:
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


def _check(sale: Sale, lots: list[Lot], *, now: datetime) -> None:
    """What the database cannot see: this kind of sale, the store, the clock, the words."""
    if len(lots) != 1 or sale.slots != 1 or sale.opening_window_ms:
        raise NotReady(_("A sale has one lot and one unit a person, and opens without a window."))
    if sale.reserve_closes_at <= now:
        raise NotReady(_("Reservations would be closed already. Please set later times."))
    if lots[0].pledged > UNITS_MAX:
        raise NotReady(_("That is more than one sale can hold."))
    store = lots[0].variant.product.store
    if not store.is_open or not (sale.currency == store.currency == settings.SITE_CURRENCY):
        raise NotReady(_("The store is not open, or sells in another currency than the sale."))
    try:
        texts.check(sale.post_text or sale.title)
    except texts.BadText as error:
        raise NotReady(_("The text of shared posts cannot be posted.")) from error


def _close_gate(sale: Sale) -> None:
    """With Redis away the controller closes it: until then the moved epoch refuses every batch."""
    try:
        control.close(redis.gate(), sale)
        if sale.state in (SaleState.CANCELLED, SaleState.SETTLED):
            control.forget(redis.gate(), sale)
    except redis.RedisError as error:
        logger.warning("Sale %s: the gate is away and could not be closed: %s", sale.pk, error)


def _reference(sale: Sale) -> str:
    return f"sale:{sale.pk}"
