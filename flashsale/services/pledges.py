"""Raising and lowering what a sale offers, by rules that keep the pledge worth something.

Until reservations open a lot goes up and down. From then on people count on it: it can only be
raised, and the page says so.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from flashsale.gate import control
from flashsale.models import Lot, Sale, Unit
from flashsale.models.sales import UNITS_MAX
from flashsale.sale_states import SaleState
from flashsale.services import acts, units
from flashsale.services.locking import lock_sale
from flashsale.services.sales import RUNNING, Undecided, WrongState
from flashsale.unit_states import UnitState
from shop.services import stock
from socialcommerce.lib.problems import Conflict, Invalid

ADD_UNITS: Final = """
INSERT INTO flashsale_unit (sale_id, lot_id, number, state)
SELECT %s, %s, number, %s FROM generate_series(%s, %s) AS number
"""


class Pledged(Conflict):
    code = "stock-pledged"
    title = _("These units are pledged")


class BadPledge(Invalid):
    code = "bad-pledge"
    title = _("A sale cannot offer that many")


def change(*, lot_id: int, pledged: int, by: User, now: datetime) -> Lot:
    """The lot offers `pledged` units; the difference left the store's stock or went back to it.

    Units that come after the first sell-out are pooled, like those that nobody paid: whoever
    lost is asked first. Opens the transaction; locks sale, units, stock. Raises WrongState,
    Undecided, Pledged, BadPledge, stock.OutOfStock.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale(Lot.objects.get(pk=lot_id).sale_id)
        lot = Lot.objects.get(pk=lot_id)
        before = lot.pledged
        _check(sale, lot, pledged, now=now)
        state = units.state_of_added(sale)
        if pledged > before:
            _raise_to(sale, lot, pledged, state, now=now)
        else:
            _lower_to(sale, lot, pledged, now=now)
        Lot.objects.filter(pk=lot.pk).update(pledged=pledged)
        lot.pledged = pledged
        detail = {"lot": lot.pk, "variant": str(lot.variant), "from": before, "to": pledged}
        acts.log(sale, kind="stock", by=by, detail=detail, now=now)
    if sale.state == SaleState.APPROVED and state == UnitState.FREE:
        control.give(sale, {lot.pk: pledged - before})
    return lot


def _check(sale: Sale, lot: Lot, pledged: int, *, now: datetime) -> None:
    if sale.state not in RUNNING or now >= sale.ends_at:
        raise WrongState(sale)
    if sale.sealed_at is not None and sale.is_undecided:
        raise Undecided(_("Nothing was changed. Try again when it is decided."))
    if pledged < lot.pledged and now >= sale.reserve_opens_at:
        raise Pledged(_("People have reserved for them. You can only raise the number."))
    others = sum(other.pledged for other in sale.lots.exclude(pk=lot.pk))
    if pledged == lot.pledged or not 1 <= pledged <= UNITS_MAX - others:
        raise BadPledge(
            _("Choose another number than now, from 1 to %(max)s.") % {"max": UNITS_MAX - others}
        )


def _raise_to(sale: Sale, lot: Lot, pledged: int, state: UnitState, *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD_UNITS, [sale.pk, lot.pk, state, lot.pledged + 1, pledged])
    stock.take_lot(
        variant_id=lot.variant_id,
        quantity=pledged - lot.pledged,
        reference=f"sale:{sale.pk}",
        now=now,
    )


def _lower_to(sale: Sale, lot: Lot, pledged: int, *, now: datetime) -> None:
    """Nobody can hold one yet, so the highest numbers go."""
    gone, _rows = Unit.objects.filter(lot=lot, number__gt=pledged, state=UnitState.FREE).delete()
    stock.give_back_lot(
        variant_id=lot.variant_id, quantity=gone, reference=f"sale:{sale.pk}", now=now
    )
