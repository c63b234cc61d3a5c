"""What the people of a batch buy: orders written before the sale is locked, paid under its lock.

Most of what a claim writes is its order, and an order says nothing of the stock. So it is written
while another batch still holds the sale, for everybody who may get a unit; whoever then gets none
has no order, and nobody has seen one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from flashsale.claim_states import ClaimState
from flashsale.intake.claim_rows import Decided, InLine, Pair
from flashsale.models import Sale
from payments.services import bulk
from payments.services.bulk import Payable, WalletCharge
from shop.services import orders
from shop.services.orders import HeldOrder, OrderRef


class Offer(NamedTuple):
    """What a unit of one lot is and costs, in minor units of the sale's currency."""

    variant_id: int
    store_id: int
    payee_id: int
    price_minor: int
    shipping_minor: int


class Draft(NamedTuple):
    """An order that is written and waits for a unit; where there is `payable`, as paid by it."""

    ref: OrderRef
    payable: Payable | None


Drafts = Mapping[str, Draft]  # by the entry's id


def draft(sale: Sale, pairs: Sequence[Pair], *, until: datetime, now: datetime) -> Drafts:
    """Whoever may get a unit has an order, to be paid until `until` or paid already where it was
    agreed and the wallet looks full enough.

    A fixed number of statements; locks nothing that anybody waits for. Demands a transaction.
    """
    buyers = _buyers(pairs)
    if not buyers:
        return {}
    offers = _offers(sale)
    refs = dict(zip(buyers, orders.allot(len(buyers)), strict=True))
    payables = bulk.prepare(
        [
            _charge(sale, pair, refs[ticket], offers[pair[0].lot_id])
            for ticket, pair in buyers.items()
            if pair[1].pay_from_wallet
        ]
    )
    drafts = {
        entry.entry_id: Draft(refs[ticket], payables.get(_key(entry)))
        for ticket, (entry, _row) in buyers.items()
    }
    rows = [_order(sale, pair, offers[pair[0].lot_id], pay_by=until) for pair in buyers.values()]
    payments = {one.ref.id: one.payable.payment_id for one in drafts.values() if one.payable}
    orders.create_held(rows, refs=list(refs.values()), payments=payments, now=now)
    return drafts


def _buyers(pairs: Sequence[Pair]) -> dict[str, Pair]:
    """Who may get a unit, by ticket: of two entries of one ticket the first."""
    buyers: dict[str, Pair] = {}
    for entry, reserver in pairs:
        if not (reserver.refusal or entry.has_lost):
            buyers.setdefault(entry.ticket, (entry, reserver))
    return buyers


def settle(
    sale: Sale, assigned: Sequence[Decided], drafts: Drafts, *, until: datetime, now: datetime
) -> list[Decided]:
    """Everybody with a unit has an order, and who agreed to it and has the money has paid; the
    other drafts are gone.

    Locks wallets, last. Demands the sale's lock.
    """
    undrafted = [
        (one.entry, one.reserver)
        for one in assigned
        if one.unit and one.entry.entry_id not in drafts
    ]
    drafts = {**drafts, **draft(sale, undrafted, until=until, now=now)}
    chosen = {one.entry.entry_id: drafts[one.entry.entry_id] for one in assigned if one.unit}
    _discard(drafts, chosen)
    paid = _pay(chosen, now=now)
    return [
        _sold(one, chosen[one.entry.entry_id].ref, paid) if one.unit else one for one in assigned
    ]


def _discard(drafts: Drafts, chosen: Drafts) -> None:
    rest = [one.ref.id for entry_id, one in drafts.items() if entry_id not in chosen]
    if rest:
        orders.discard(rest)


def _pay(chosen: Drafts, *, now: datetime) -> set[int]:
    """The ids of the orders that are paid."""
    promised = [(one.ref.id, one.payable) for one in chosen.values() if one.payable]
    paid = bulk.pay([payable for _order_id, payable in promised], now=now)
    payments = {order_id: paid.get(payable.charge.key) for order_id, payable in promised}
    # Money that has gone elsewhere since it was looked for.
    wrong = {
        order_id: payments[order_id]
        for order_id, payable in promised
        if payments[order_id] != payable.payment_id
    }
    if wrong:
        orders.repay(wrong)
    return {order_id for order_id, payment_id in payments.items() if payment_id is not None}


def _sold(one: Decided, ref: OrderRef, paid: set[int]) -> Decided:
    state = ClaimState.PAID if ref.id in paid else ClaimState.HELD
    return Decided(one.entry, one.reserver, state, one.unit, ref)


def _offers(sale: Sale) -> dict[int, Offer]:
    offers = {}
    for lot in sale.lots.select_related("variant__product__store"):
        store, price = lot.variant.product.store, lot.unit_price_minor
        shipping = store.shipping_minor(price)
        offers[lot.pk] = Offer(lot.variant_id, store.pk, store.profile_id, price, shipping)
    return offers


def _order(sale: Sale, pair: Pair, offer: Offer, *, pay_by: datetime) -> HeldOrder:
    entry, reserver = pair
    return HeldOrder(
        buyer_id=reserver.person_id,
        store_id=offer.store_id,
        variant_id=offer.variant_id,
        quantity=1,
        unit_price_minor=offer.price_minor,
        shipping_minor=offer.shipping_minor,
        currency=sale.currency,
        address=reserver.address,
        origin_reference=f"sale:{sale.pk}:{entry.ticket}",
        pay_by=pay_by,
    )


def _charge(sale: Sale, pair: Pair, ref: OrderRef, offer: Offer) -> WalletCharge:
    entry, reserver = pair
    return WalletCharge(
        payer_id=reserver.person_id,
        payee_id=offer.payee_id,
        amount_minor=offer.price_minor + offer.shipping_minor,
        currency=sale.currency,
        reference=f"order:{ref.id}",
        key=_key(entry),
    )


def _key(entry: InLine) -> str:
    """What the payment of a claim is called, for ever."""
    return f"claim:{entry.ticket}"
