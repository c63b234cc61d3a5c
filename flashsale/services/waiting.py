"""The waiting list after the last wave: returned units go to it by themselves, in its order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale import tokens
from flashsale.claim_states import LIVE
from flashsale.gate import control
from flashsale.intake import batches, claim_batches, offers
from flashsale.intake.batches import Batch
from flashsale.intake.streams import Entry
from flashsale.models import Claim, DeadLetter, Reservation, Sale, Stream, Unit, WaitingPlace
from flashsale.sale_states import SaleState
from flashsale.services import waves
from flashsale.services.locking import lock_epoch
from flashsale.unit_states import UnitState
from socialcommerce.lib.problems import Conflict, NotFound

LIMIT: Final = 200  # units offered in one second of one sale
SLOT: Final = 1  # the list offers one unit to each


class ListClosed(Conflict):
    code = "waiting-list-closed"
    title = _("There is no waiting list at the moment")


class HasUnit(Conflict):
    code = "has-unit"
    title = _("You have a unit of this sale already")


def join(*, sale_id: int, person: Profile, now: datetime) -> WaitingPlace:
    """The person waits for a unit of the reserved lot; joining again keeps the place.

    Raises NotFound without a reservation, ListClosed, HasUnit.
    """
    reservation = (
        Reservation.objects.standing()
        .filter(sale_id=sale_id, person=person)
        .select_related("sale")
        .first()
    )
    if reservation is None:
        raise NotFound(_("Only people who reserved can wait for a unit."))
    sale = reservation.sale
    if sale.state != SaleState.APPROVED or not waves.list_is_open(sale, now=now):
        raise ListClosed(_("It opens after the last wave, while the sale runs."))
    if _live_claims().filter(sale=sale, person=person).exists():
        raise HasUnit
    place, _made = WaitingPlace.objects.get_or_create(
        sale=sale, person=person, defaults={"reservation": reservation, "joined_at": now}
    )
    return place


def leave(*, sale_id: int, person: Profile) -> None:
    """The person waits no more; a unit that was offered already stays offered."""
    WaitingPlace.objects.filter(sale_id=sale_id, person=person, offered_at=None).delete()


def ahead_of(place: WaitingPlace) -> int:
    """How many wait before this place."""
    before = WaitingPlace.objects.filter(sale_id=place.sale_id, offered_at=None, pk__lt=place.pk)
    return before.count()


def offer(sale: Sale, *, now: datetime) -> int:
    """Pooled units are held for the first on the list; how many people were asked.

    No transaction may be open; one leader alone calls it. Raises StaleEpoch.
    """
    _recover(sale)
    if not waves.list_is_open(sale, now=now) or not waves.has_pooled(sale):
        return 0
    places = _choose(sale, now=now)
    if not places:
        return 0
    entries = [_offer(sale, place, now=now) for place in places]
    batches.work(
        Batch(sale.pk, sale.epoch, entries, now), stream=Stream.CLAIMS, by=claim_batches.work
    )
    control.answer(_link(sale, places))
    return len(places)


def _choose(sale: Sale, *, now: datetime) -> list[WaitingPlace]:
    """The next places and, free for them, as many pooled units of their lots."""
    chosen: list[WaitingPlace] = []
    with transaction.atomic(durable=True):
        sale = lock_epoch(sale.pk, sale.epoch)
        for lot_id in sale.lots.order_by("pk").values_list("pk", flat=True):
            pooled = Unit.objects.filter(lot_id=lot_id, state=UnitState.POOLED).order_by("number")
            unit_ids = list(
                pooled.select_for_update(no_key=True).values_list("pk", flat=True)[:LIMIT]
            )
            places = list(_waiting(sale).filter(reservation__lot_id=lot_id)[: len(unit_ids)])
            Unit.objects.filter(pk__in=unit_ids[: len(places)]).update(state=UnitState.FREE)
            chosen += places
        ids = [place.pk for place in chosen]
        WaitingPlace.objects.filter(pk__in=ids).update(offered_at=now)
    return chosen


def _waiting(sale: Sale) -> "QuerySet[WaitingPlace]":
    """Whoever still waits and has got no unit in the meantime, in order, locked."""
    has_one = _live_claims().filter(sale=sale, person=OuterRef("person"))
    rows = WaitingPlace.objects.filter(~Exists(has_one), sale=sale, offered_at=None)
    return rows.select_related("reservation").select_for_update(of=("self",)).order_by("pk")


def _offer(sale: Sale, place: WaitingPlace, *, now: datetime) -> Entry:
    reserver = place.reservation
    return offers.entry_of(
        _entry_id(place), sale, reserver=reserver, slot=SLOT, wave=tokens.WAITING, at=now
    )


def _recover(sale: Sale) -> None:
    """Places whose offer was cut short by a death in between are linked, or wait again."""
    cut = WaitingPlace.objects.filter(sale=sale, claim=None).exclude(offered_at=None)
    places = list(cut.select_related("reservation"))
    if not places:
        return
    _link(sale, places)
    buried = DeadLetter.objects.filter(sale=sale, gate_entry__in=map(_entry_id, places))
    dead = set(buried.values_list("gate_entry", flat=True))
    again = [place.pk for place in places if _entry_id(place) not in dead]
    WaitingPlace.objects.filter(pk__in=again, claim=None).update(offered_at=None)


def _link(sale: Sale, places: Sequence[WaitingPlace]) -> list[int]:
    """Each place names the claim that came of it; their ids."""
    by_ticket = {_ticket(place): place for place in places}
    # By reservation: refused ones are in no index of tickets.
    own = Claim.objects.filter(reservation__in=[place.reservation_id for place in places])
    found = dict(own.filter(sale=sale, ticket__in=by_ticket).values_list("ticket", "pk"))
    for ticket, claim_id in found.items():
        WaitingPlace.objects.filter(pk=by_ticket[ticket].pk).update(claim_id=claim_id)
    return list(found.values())


def _ticket(place: WaitingPlace) -> str:
    number = place.reservation.number
    return tokens.ticket(sale_id=place.sale_id, number=number, slot=SLOT, wave=tokens.WAITING)


def _entry_id(place: WaitingPlace) -> str:
    return f"wait-{place.pk}"


def _live_claims() -> "QuerySet[Claim]":
    return Claim.objects.filter(state__in=LIVE)
