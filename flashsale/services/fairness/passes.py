"""A pass raises one's weight in a draw: for one cent, which comes back to who does not win, or
for nothing. Both weigh the same, and nobody has two."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.models import Claim, Pass, PassRoute, PassState, Sale, SaleKind
from flashsale.sale_states import SaleState
from flashsale.services.locking import keep_open
from payments.services import chart, hold_batches, holds, opening
from socialcommerce.lib import faultpoints
from socialcommerce.lib.problems import Conflict, NotFound

PRICE_MINOR: Final = 1
# A hold outlives the draw by far: its time is a net under a sale that nobody ever ends.
KEPT_AFTER_END: Final = timedelta(days=90)
LEDGER_KIND: Final = "pass"
OVER: Final = (SaleState.CANCELLED, SaleState.SETTLED)


class NoPasses(Conflict):
    code = "no-passes"
    title = _("This sale takes no passes now")


class HasOne(Conflict):
    code = "has-a-pass"
    title = _("You have a pass for this sale already")


def take(*, sale_id: int, person: Profile, route: PassRoute, now: datetime) -> Pass:
    """The person has a pass that counts if they have reserved; on the cent route, the cent is
    set aside. Until reservations close.

    Opens the transaction, during which the list is not sealed. Raises NotFound, NoPasses, HasOne,
    opening.PayerBarred, ledger.InsufficientFunds.
    """
    try:
        with transaction.atomic(durable=True):
            if not Sale.objects.public().filter(pk=sale_id).exists():
                raise NotFound
            keep_open(sale_id)
            sale = Sale.objects.get(pk=sale_id)
            if not is_open(sale, now=now):
                raise NoPasses(_("Passes are taken in draws, while reservations are open."))
            faultpoints.reach("pass seen open")
            if Pass.objects.filter(sale=sale, person=person).exists():
                raise HasOne(_("One is enough: a second would weigh nothing."))
            hold_id = _set_aside(sale, person, now=now) if route == PassRoute.CENT else None
            return Pass.objects.create(
                sale=sale, person=person, route=route, hold_id=hold_id, created_at=now
            )
    except IntegrityError as error:  # two clicks at once
        raise HasOne(_("One is enough: a second would weigh nothing.")) from error


def is_open(sale: Sale, *, now: datetime) -> bool:
    """Whether a pass can be taken at this moment."""
    return (
        sale.kind == SaleKind.DRAW
        and sale.pass_weight > 0
        and sale.state == SaleState.APPROVED
        and sale.sealed_at is None
        and sale.reserve_opens_at <= now < sale.reserve_closes_at
    )


def of_person(sale_id: int, person: Profile) -> Pass | None:
    return Pass.objects.filter(sale_id=sale_id, person=person).first()


def resolve(*, sale_id: int, limit: int, now: datetime) -> int:
    """Up to `limit` passes whose end is known are resolved; how many. Repeating it goes on.

    Once the draw is decided, whoever did not win has the cent back. A winner's is taken when the
    sale is settled, so that a sale which is called off before has taken nothing. Opens the
    transaction; locks the passes, then wallets.
    """
    with transaction.atomic(durable=True):
        sale = Sale.objects.get(pk=sale_id)
        rows = list(_known(sale).order_by("pk").select_for_update(no_key=True)[:limit])
        stores = _stores_of_winners(sale, [row.person_id for row in rows])
        won = [row for row in rows if row.person_id in stores]
        posted = _take_cents(sale, won, stores, now=now)
        taken = {row.pk for row in won if row.hold_id is None or row.hold_id in posted}
        returned = [row for row in rows if row.pk not in taken]
        hold_batches.void_many([row.hold_id for row in returned if row.hold_id], now=now)
        _mark(taken, PassState.TAKEN, now)
        _mark({row.pk for row in returned}, PassState.RETURNED, now)
    return len(rows)


def to_resolve() -> list[int]:
    """The sales that have passes whose end is known and that are not resolved."""
    held = Pass.objects.filter(sale=OuterRef("pk"), state=PassState.HELD)
    decided = Q(allocated_at__isnull=False) | Q(state__in=OVER)
    return [sale.pk for sale in Sale.objects.filter(decided, Exists(held)) if _known(sale).exists()]


def _known(sale: Sale) -> "QuerySet[Pass]":
    """Passes that still count, of those about whom nothing can change any more."""
    held = Pass.objects.filter(sale=sale, state=PassState.HELD)
    if sale.state in OVER:
        return held
    if sale.allocated_at is None:
        return held.none()
    return held.exclude(person__in=_winners(sale).values("person"))


def _winners(sale: Sale) -> "QuerySet[Claim]":
    """Claims of the draw itself: by the time of a later wave its winners' cents were back."""
    return Claim.objects.filter(sale=sale, wave=0).exclude(unit=None)


def _set_aside(sale: Sale, person: Profile, *, now: datetime) -> int:
    opening.check_payer(person.pk)
    hold = holds.place(
        account_id=chart.wallet(person.pk, sale.currency).pk,
        amount_minor=PRICE_MINOR,
        key=f"pass:{sale.pk}:{person.pk}",
        expires_at=sale.ends_at + KEPT_AFTER_END,
        now=now,
    )
    return int(hold.pk)


def _stores_of_winners(sale: Sale, person_ids: Sequence[int]) -> dict[int, int]:
    """Person -> store profile, of those of whom the cent is to be taken: none of a sale that was
    called off."""
    if sale.state != SaleState.SETTLED:
        return {}
    won = _winners(sale).filter(person__in=person_ids)
    return dict(won.values_list("person_id", "lot__variant__product__store__profile_id"))


def _take_cents(
    sale: Sale, won: Sequence[Pass], stores: dict[int, int], *, now: datetime
) -> set[int]:
    """The holds whose cent is the store's now."""
    wallets = {
        store_id: chart.wallet(store_id, sale.currency).pk for store_id in set(stores.values())
    }
    targets = {row.hold_id: wallets[stores[row.person_id]] for row in won if row.hold_id}
    return hold_batches.post_many(targets, kind=LEDGER_KIND, now=now)


def _mark(pass_ids: set[int], state: PassState, now: datetime) -> None:
    Pass.objects.filter(pk__in=pass_ids).update(state=state, resolved_at=now)
