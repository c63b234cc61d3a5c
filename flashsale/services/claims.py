"""A claim after it was held: paying it, losing it, and money that came too late."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.claim_states import LIVE, TRANSITIONS, UNPAID, ClaimState
from flashsale.gate import control
from flashsale.intake import claim_rows
from flashsale.models import Claim, Unit
from flashsale.sale_states import SaleState
from flashsale.services import sales, units, waves
from flashsale.services.locking import keep_sale, lock_sale
from flashsale.unit_states import UnitState
from payments.models import Instrument
from shop.services import bulk_orders, checkout
from shop.services.checkout import CheckoutResult, Method
from socialcommerce.lib import faultpoints
from socialcommerce.lib.problems import Conflict, NotFound

RUNNING: Final = (SaleState.APPROVED, SaleState.PAUSED)


class TooLate(Conflict):
    code = "hold-over"
    title = _("The time to pay this unit is over")


class CardUsedUp(Conflict):
    """One card pays for so many units of a sale, whoever holds it."""

    code = "card-limit"
    title = _("This card has paid for as many units of this sale as it may")


def of_person(*, sale_id: int, person: Profile, slot: int = 1) -> Claim:
    """The person's claim in that slot: what asks for money, or else the newest. Raises NotFound."""
    claims = Claim.objects.filter(sale_id=sale_id, person=person, slot=slot)
    claims = claims.select_related("sale", "order").order_by("-pk")
    claim = claims.filter(state__in=UNPAID).first() or claims.first()
    if claim is None:
        raise NotFound(_("You have no claim in this sale."))
    return claim


def pay(
    *,
    sale_id: int,
    person: Profile,
    method: Method,
    instrument_id: int | None,
    key: str,
    return_url: str,
    now: datetime,
    slot: int = 1,
    wallet_part_minor: int = 0,
    pin: str = "",
) -> CheckoutResult:
    """The claim's order is paid, or on its way to be; the unit stays held meanwhile.

    With a card, `wallet_part_minor` of the price come out of the wallet. A card payment may run
    SALE_PAYING_GRACE_SECONDS past the deadline, once. No transaction may be open. Raises NotFound,
    TooLate, CardUsedUp, and what shop refuses; then the claim is held as before.
    """
    claim = of_person(sale_id=sale_id, person=person, slot=slot)
    if claim.order_id is None:
        raise TooLate(_("Nothing was charged."))
    _refuse_if_late(claim, now=now)
    return checkout.pay_order(
        order_id=claim.order_id,
        buyer=person,
        method=method,
        instrument_id=instrument_id,
        wallet_part_minor=wallet_part_minor,
        pin=pin,
        key=key,
        now=now,
        return_url=return_url,
    )


def begin_paying(order_id: int, *, instrument_id: int, now: datetime) -> None:
    """The order's unit waits for the bank, with one grace past its deadline, and the card counts.

    From whichever page; an order of no sale is left alone. Opens the transaction; where cards are
    limited it locks the sale before the claim. Raises TooLate, CardUsedUp.
    """
    with transaction.atomic(durable=True):
        claim = _lock_for_card(order_id)
        if claim is None or claim.state not in UNPAID or claim.held_until is None:
            return
        _refuse_if_late(claim, now=now)
        claim.card_fingerprint = _fingerprint(claim, instrument_id)
        if _is_used_up(claim):
            raise CardUsedUp(_("Nothing was charged. Another card or your wallet can pay."))
        faultpoints.reach("card counted")
        if claim.state == ClaimState.HELD and claim.paying_until is None:
            grace = timedelta(seconds=settings.SALE_PAYING_GRACE_SECONDS)
            claim.paying_until = claim.held_until + grace
            bulk_orders.postpone([order_id], by=grace)
        if claim.state == ClaimState.HELD:
            _move(claim, ClaimState.PAYING, paying_until=claim.paying_until)
        Claim.objects.filter(pk=claim.pk).update(card_fingerprint=claim.card_fingerprint)
        _tell([claim.pk])


def stop_paying(order_id: int) -> None:
    """The card has not paid: another may until the deadline. Opens the transaction."""
    with transaction.atomic(durable=True):
        claim = Claim.objects.filter(order_id=order_id).select_for_update(no_key=True).first()
        if claim is not None and claim.state == ClaimState.PAYING:
            be_held_again(claim)


def lock_of_order(order_id: int) -> Claim | None:
    """The order's claim and its unit, locked in that order; None for an order of no sale.

    The sale keeps its state meanwhile. Demands a transaction.
    """
    keep_sale(order_id)
    claim = (
        Claim.objects.filter(order_id=order_id)
        .select_for_update(no_key=True, of=("self",))
        .select_related("sale")
        .first()
    )
    if claim is not None and claim.unit_id is not None:
        claim.unit = Unit.objects.select_for_update(no_key=True).get(pk=claim.unit_id)
    return claim


def be_paid(claim: Claim, *, now: datetime) -> None:
    """The unit is the person's. Demands the claim's lock."""
    _move(claim, ClaimState.PAID, paid_at=now)
    units.move([claim.unit_id or 0], UnitState.PAID)
    _tell([claim.pk])


def be_paid_late(claim: Claim, *, now: datetime) -> bool:
    """Held again if a unit is to be had, for the payment that is already there; else False.

    Demands the claim's lock; takes a unit's.
    """
    if claim.state != ClaimState.EXPIRED or claim.sale.state not in RUNNING:
        return False
    if _is_used_up(claim) or _has_another(claim) or _is_address_full(claim):
        return False
    # After the sell-out a unit is free only for those whom a wave or the list invites.
    resting = waves.is_resting(claim.sale, now=now)
    states = [UnitState.POOLED] if resting else [UnitState.POOLED, UnitState.FREE]
    unit = units.pick_spare(lot_id=claim.lot_id, states=states)
    if unit is None:
        return False
    was_free = unit.state == UnitState.FREE
    units.move([unit.pk], UnitState.HELD)
    decided = claim.log_unit or (claim.unit.number if claim.unit else 0)
    claim.unit = unit
    _move(claim, ClaimState.HELD, unit_id=unit.pk, held_until=now, log_unit=decided, reason="")
    if was_free:
        sale = claim.sale
        transaction.on_commit(lambda: control.give(sale, {unit.lot_id: -1}))
    return True


def be_given_up(claim: Claim, *, now: datetime, reason: str = "") -> None:
    """The unit can be somebody else's. Demands the claim's and the unit's lock."""
    was_paid = claim.state == ClaimState.PAID
    _move(claim, ClaimState.REFUNDED if was_paid else ClaimState.EXPIRED, reason=reason)
    _release(claim, now=now)
    _tell([claim.pk])


def be_held_again(claim: Claim) -> None:
    """The card payment died and there is time left, or the sweep ends it. Demands its lock."""
    _move(claim, ClaimState.HELD, card_fingerprint="")
    _tell([claim.pk])


def _refuse_if_late(claim: Claim, *, now: datetime) -> None:
    now_of_sale = claim.sale.paused_at or now  # while it is paused its clocks stand still
    if claim.state == ClaimState.HELD and claim.held_until and claim.held_until <= now_of_sale:
        raise TooLate(_("Nothing was charged. The unit went back."))


def _lock_for_card(order_id: int) -> Claim | None:
    """Under the sale's lock where cards are limited: two people with one card come in turn."""
    claims = Claim.objects.filter(order_id=order_id).select_related("sale")
    claim = claims.first()
    if claim is None:
        return None
    if claim.sale.per_card_limit:
        lock_sale(claim.sale_id)
    return claims.select_for_update(no_key=True, of=("self",)).get()


def _fingerprint(claim: Claim, instrument_id: int) -> str:
    """Empty for a card that is not this person's: payments refuses it."""
    cards = Instrument.objects.bound_to(claim.person_id).filter(pk=instrument_id)
    return cards.values_list("fingerprint", flat=True).first() or ""


def _is_used_up(claim: Claim) -> bool:
    """Whether other claims have paid, or are being paid, with this card up to the limit."""
    limit = claim.sale.per_card_limit
    if not limit or not claim.card_fingerprint:
        return False
    others = Claim.objects.filter(sale=claim.sale, card_fingerprint=claim.card_fingerprint)
    used = others.filter(state__in=(ClaimState.PAYING, ClaimState.PAID)).exclude(pk=claim.pk)
    return used.count() >= limit


def _is_address_full(claim: Claim) -> bool:
    """Whether as many units go to the claim's address as may, since this one ran out."""
    limit, digest = claim.sale.per_address_limit, claim.reservation.address_digest
    if not limit or not digest:
        return False
    return claim_rows.held_by_address(claim.sale, [digest]).get(digest, 0) >= limit


def _has_another(claim: Claim) -> bool:
    """Whether the person has got a unit by the waiting list since this one ran out."""
    others = Claim.objects.filter(sale=claim.sale, person=claim.person_id, slot=claim.slot)
    return others.filter(state__in=LIVE).exclude(pk=claim.pk).exists()


def _release(claim: Claim, *, now: datetime) -> None:
    """Back to the sale while it runs, to the store's stock afterwards."""
    sale, unit = claim.sale, claim.unit
    if unit is None:
        return
    if sale.state not in RUNNING:
        sales.give_back_one(sale, unit, now=now)
        return
    state = units.state_of_returned(sale)
    units.move([unit.pk], state)
    if state == UnitState.FREE:
        transaction.on_commit(lambda: control.give(sale, {unit.lot_id: 1}))


def _move(claim: Claim, new: ClaimState, **fields: object) -> None:
    """Compare-and-set. Raises states.BadMove for a move that the table does not have."""
    old = ClaimState(claim.state)
    TRANSITIONS.check(old, new)
    moved = Claim.objects.filter(pk=claim.pk, state=old).update(state=new, **fields)
    if moved != 1:
        raise TooLate(_("The claim has moved on in the meantime."))
    claim.state = new


def _tell(claim_ids: Iterable[int]) -> None:
    """The gate answers with the new state once it is committed."""
    ids = list(claim_ids)
    transaction.on_commit(lambda: control.answer(ids))
