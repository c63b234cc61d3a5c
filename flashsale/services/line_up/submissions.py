"""What merchants offer for the line-up, and what operators make of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.selectors import managed_profile_ids
from flashsale.models import Lot, Sale, Slot, Submission, SubmissionState
from flashsale.models.sales import PRICE_MAX_MINOR, UNITS_MAX
from flashsale.services.line_up import news
from shop.models import Store, Variant
from socialcommerce.lib import faultpoints, guards
from socialcommerce.lib.problems import Conflict, Invalid, NotFound

SELLERS: Final = (Role.OWNER, Role.MANAGER)
OPEN_MAX: Final = 20  # submissions of a store that nobody has answered


class BadSubmission(Invalid):
    code = "bad-submission"
    title = _("This cannot be submitted")


class Decided(Conflict):
    code = "submission-decided"
    title = _("The submission has been decided")


class NotOnTheShelf(Conflict):
    """`free` says how many pieces the store has that nobody waits for."""

    code = "not-on-the-shelf"
    title = _("Your shelf does not hold that many")

    def __init__(self, *, free: int) -> None:
        super().__init__(
            _("It holds %(free)s. Adjust the stock first, or offer fewer.") % {"free": free},
            free=free,
        )


class SlotTaken(Conflict):
    code = "slot-taken"
    title = _("The slot cannot take it")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a merchant would like to sell. The price is in minor units of the site's currency."""

    variant_id: int
    title: str
    blurb: str
    units: int
    unit_price_minor: int
    wanted_on: date | None = None


def variant_of(variant_id: int, by: User) -> Variant:
    """Something on sale in a store that `by` leads, its store loaded. Raises NotFound."""
    own = managed_profile_ids(by, SELLERS)
    found = Variant.objects.on_sale().filter(pk=variant_id, product__store__profile__in=own)
    variant = found.select_related("product__store__profile", "stock").first()
    if variant is None:
        raise NotFound(_("Choose something that your store has on sale."))
    return variant


def check_stock(variant: Variant, units: int) -> None:
    """The shelf holds that many at this moment; approving takes them. Raises NotOnTheShelf."""
    item = getattr(variant, "stock", None)
    free = item.free if item is not None else 0
    if free < units:
        raise NotOnTheShelf(free=free)


def submit(*, offer: Offer, by: User, now: datetime) -> Submission:
    """The offer waits for an operator, who knows. Opens the transaction.

    Raises NotFound, BadSubmission, NotOnTheShelf.
    """
    variant = variant_of(offer.variant_id, by)
    _check(offer, now=now)
    check_stock(variant, offer.units)
    with transaction.atomic(durable=True):
        store = Store.objects.select_for_update(no_key=True).get(pk=variant.product.store_id)
        waiting = Submission.objects.filter(store=store, state=SubmissionState.SUBMITTED)
        if waiting.count() >= OPEN_MAX:
            raise BadSubmission(_("%(max)s are waiting for an answer already.") % {"max": OPEN_MAX})
        submission = Submission.objects.create(
            store=store,
            variant=variant,
            title=offer.title,
            blurb=offer.blurb,
            units=offer.units,
            unit_price_minor=offer.unit_price_minor,
            wanted_on=offer.wanted_on,
            submitted_by=by,
            submitted_at=now,
        )
        news.submitted(submission, now=now)
    return submission


def withdraw(*, submission_id: int, by: User, now: datetime) -> None:
    """The merchant has taken it back. Raises Decided when it was answered before."""
    _decide(submission_id, SubmissionState.WITHDRAWN, by=by, now=now)


def decline(*, submission_id: int, answer: str, by: User, now: datetime) -> None:
    """The store knows that it was declined, and why. Opens the transaction. Raises Decided."""
    with transaction.atomic(durable=True):
        _decide(submission_id, SubmissionState.DECLINED, by=by, now=now, answer=answer)
        news.declined(_loaded(submission_id), now=now)


def accept(*, submission_id: int, slot_id: int, answer: str, by: User, now: datetime) -> Sale:
    """The slot holds a draft of the sale, to be approved as any other, and the store knows.

    Opens the transaction; locks the submission, then the slot. Raises Decided, SlotTaken.
    """
    with transaction.atomic(durable=True):
        _decide(
            submission_id, SubmissionState.ACCEPTED, by=by, now=now, answer=answer, slot_id=slot_id
        )
        submission, slot = _loaded(submission_id), _lock_slot(slot_id)
        sale = _draft(submission, slot, now=now)
        Slot.objects.filter(pk=slot.pk).update(sale=sale, alarmed_at=None)
        news.accepted(submission, sale, now=now)
    return sale


def _check(offer: Offer, *, now: datetime) -> None:
    if not offer.title.strip():
        raise BadSubmission(_("Give it a title."))
    if not 1 <= offer.units <= UNITS_MAX:
        raise BadSubmission(_("A sale has 1 to %(max)s units.") % {"max": UNITS_MAX})
    if not 1 <= offer.unit_price_minor <= PRICE_MAX_MINOR:
        raise BadSubmission(_("The price is out of range."))
    if offer.wanted_on is not None and offer.wanted_on < timezone.localdate(now):
        raise BadSubmission(_("The day you wish for is over."))


def _decide(
    submission_id: int, state: SubmissionState, *, by: User, now: datetime, **fields: object
) -> None:
    """From submitted to `state` once, whoever comes at the same time."""
    waiting = Submission.objects.filter(pk=submission_id, state=SubmissionState.SUBMITTED)
    if not waiting.update(state=state, decided_by=by, decided_at=now, **fields):
        raise Decided(_("Nothing was changed. Look at it again."))


def _loaded(submission_id: int) -> Submission:
    return Submission.objects.select_related("store").get(pk=submission_id)


def _lock_slot(slot_id: int) -> Slot:
    """Locked alone: a row that is joined while it is locked may be older than the lock."""
    slots = Slot.objects.all()
    if guards.is_on("slot lock"):
        slots = slots.select_for_update(no_key=True)
    slot = slots.filter(pk=slot_id).first()
    if slot is None or not slot.is_empty:
        raise SlotTaken(_("Another sale has it. Choose an empty one."))
    faultpoints.reach("slot seen empty")
    return slot


def _draft(submission: Submission, slot: Slot, *, now: datetime) -> Sale:
    """The times are the programme's: hours that pass, whatever the clocks show."""
    starts_at, programme = slot.starts_at, slot.programme
    closes_at = starts_at - timedelta(minutes=settings.LINE_UP_RESERVE_CLOSES_MINUTES)
    if closes_at <= now:
        raise SlotTaken(_("It starts too soon: nobody could reserve."))
    sale = Sale.objects.create(
        title=submission.title,
        blurb=submission.blurb,
        reserve_opens_at=min(
            max(starts_at - timedelta(hours=programme.reserve_hours), now),
            closes_at - timedelta(minutes=1),
        ),
        reserve_closes_at=closes_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=programme.lasts_minutes),
        created_at=now,
    )
    Lot.objects.create(
        sale=sale,
        variant_id=submission.variant_id,
        unit_price_minor=submission.unit_price_minor,
        pledged=submission.units,
    )
    return sale
