"""Stock changes here and nowhere else, under the item's row lock and with a movement each.

Lock order inside shop: the order first, then its stock items by variant id, then payments.
Callers that will touch a payment lock the stock before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.models import HoldState, MovementKind, Order, StockHold, StockItem, StockMovement
from socialcommerce.lib import guards
from socialcommerce.lib.problems import Conflict, Invalid

QUANTITY_MAX = 10**9  # pieces of one variant; a typing mistake should not pass for stock


class OutOfStock(Conflict):
    """Fewer pieces are free than were asked for; `free` says how many."""

    code = "out-of-stock"
    title = _("Not enough in stock")

    def __init__(self, *, free: int) -> None:
        detail = (
            ngettext("Only %(free)s piece is left.", "Only %(free)s pieces are left.", free)
            % {"free": free}
            if free > 0
            else _("Somebody else took the last piece. Nothing was charged.")
        )
        super().__init__(detail, free=max(free, 0))


class BadAdjustment(Invalid):
    code = "bad-stock-adjustment"
    title = _("The stock cannot be set to that")


@dataclass(frozen=True, slots=True)
class Change:
    kind: MovementKind
    on_hand: int = 0
    held: int = 0
    reference: str = ""
    reason: str = ""
    actor_id: int | None = None


def lock(variant_ids: Iterable[int]) -> dict[int, StockItem]:
    """The stock items of these variants by variant id, locked in that order, made if missing."""
    wanted = sorted(set(variant_ids))
    items = StockItem.objects.filter(variant_id__in=wanted).order_by("variant_id")
    if guards.is_on("stock.lock"):
        items = items.select_for_update(no_key=True)
    found = {item.variant_id: item for item in items}
    missing = [StockItem(variant_id=wanted_id) for wanted_id in wanted if wanted_id not in found]
    if not missing:
        return found
    StockItem.objects.bulk_create(missing, ignore_conflicts=True)
    return lock(wanted)


def take(*, variant_id: int, quantity: int, reference: str, now: datetime) -> None:
    """`quantity` free pieces have left the shelf. Demands a transaction. Raises OutOfStock."""
    item = _with_free(variant_id, quantity)
    _move(item, Change(MovementKind.SOLD, on_hand=-quantity, reference=reference), now=now)


def put_back(*, variant_id: int, quantity: int, reference: str, now: datetime) -> None:
    """What a cancelled order had taken is on the shelf again. Demands a transaction."""
    item = lock([variant_id])[variant_id]
    _move(item, Change(MovementKind.RETURNED, on_hand=quantity, reference=reference), now=now)


def hold(
    *, order: Order, variant_id: int, quantity: int, expires_at: datetime, now: datetime
) -> None:
    """`quantity` free pieces wait for the order's payment. Demands a transaction.

    Raises OutOfStock.
    """
    item = _with_free(variant_id, quantity)
    _move(item, Change(MovementKind.HELD, held=quantity, reference=order.reference), now=now)
    StockHold.objects.create(
        order=order, stock_item=item, quantity=quantity, expires_at=expires_at, created_at=now
    )


def lock_held(order_id: int) -> list[StockHold]:
    """The order's open holds, their stock items locked in order. Demands a transaction."""
    holds = list(
        StockHold.objects.filter(order_id=order_id, state=HoldState.HELD).select_related(
            "stock_item"
        )
    )
    items = lock(entry.stock_item.variant_id for entry in holds) if holds else {}
    for entry in holds:
        entry.stock_item = items[entry.stock_item.variant_id]
    return holds


def take_held(order: Order, *, now: datetime) -> bool:
    """What was held for the order has left the shelf; False if nothing was held any more."""
    return _end_holds(order, HoldState.TAKEN, now=now)


def free_held(order: Order, *, now: datetime) -> bool:
    """What was held for the order can be sold again; False if nothing was held any more."""
    return _end_holds(order, HoldState.FREED, now=now)


def take_lot(*, variant_id: int, quantity: int, reference: str, now: datetime) -> None:
    """A sale's lot has left the store's stock. Demands a transaction. Raises OutOfStock."""
    item = _with_free(variant_id, quantity)
    _move(item, Change(MovementKind.LOT_TAKEN, on_hand=-quantity, reference=reference), now=now)


def give_back_lot(*, variant_id: int, quantity: int, reference: str, now: datetime) -> None:
    """What a sale did not sell is in the store's stock again. Demands a transaction."""
    item = lock([variant_id])[variant_id]
    _move(item, Change(MovementKind.LOT_RETURNED, on_hand=quantity, reference=reference), now=now)


def adjust(*, variant_id: int, on_hand: int, reason: str, actor_id: int, now: datetime) -> None:
    """The store counted: there are `on_hand` pieces, those that are held included.

    Opens the transaction. Raises BadAdjustment below what is held and above QUANTITY_MAX.
    """
    with transaction.atomic(durable=True):
        item = lock([variant_id])[variant_id]
        if on_hand > QUANTITY_MAX:
            raise BadAdjustment(
                _("A stock item takes at most %(max)s pieces.") % {"max": QUANTITY_MAX}
            )
        if on_hand < item.held:
            raise BadAdjustment(
                _("%(held)s pieces wait for a payment; the stock cannot be lower than that.")
                % {"held": item.held},
                held=item.held,
            )
        delta = on_hand - item.on_hand
        if delta:
            change = Change(MovementKind.ADJUSTED, delta, reason=reason, actor_id=actor_id)
            _move(item, change, now=now)


def _with_free(variant_id: int, quantity: int) -> StockItem:
    item = lock([variant_id])[variant_id]
    if item.free < quantity:
        raise OutOfStock(free=item.free)
    return item


def _end_holds(order: Order, state: HoldState, *, now: datetime) -> bool:
    holds: Sequence[StockHold] = lock_held(order.pk)
    taken = state == HoldState.TAKEN
    for entry in holds:
        kind = MovementKind.SOLD if taken else MovementKind.FREED
        on_hand = -entry.quantity if taken else 0
        change = Change(kind, on_hand, held=-entry.quantity, reference=order.reference)
        _move(entry.stock_item, change, now=now)
        StockHold.objects.filter(pk=entry.pk).update(state=state)
    return bool(holds)


def _move(item: StockItem, change: Change, *, now: datetime) -> None:
    """The movement is written before the item: whoever reads both never sees a number
    without its reason. Absolute values are right because the row is locked."""
    StockMovement.objects.create(
        stock_item=item,
        kind=change.kind,
        on_hand_delta=change.on_hand,
        held_delta=change.held,
        reference=change.reference,
        reason=change.reason,
        actor_id=change.actor_id,
        created_at=now,
    )
    item.on_hand += change.on_hand
    item.held += change.held
    item.save(update_fields=["on_hand", "held"])
