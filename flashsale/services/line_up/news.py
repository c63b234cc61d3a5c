"""What people are told about the line-up: one function for each piece of news."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Membership, Notification, Profile, User
from accounts.services import notices
from flashsale.models import Sale, Slot, Submission
from shop.models import Store

SLOT_EMPTY: Final = "flashsale.slot_empty"
SUBMITTED: Final = "flashsale.submitted"
ACCEPTED: Final = "flashsale.submission_accepted"
DECLINED: Final = "flashsale.submission_declined"
STARTS_SOON: Final = "flashsale.starts_soon"

# Kind of notice -> its template. Registered when the app is ready.
TEMPLATES: Final = {
    kind: f"flashsale/notices/{kind.removeprefix('flashsale.')}.html"
    for kind in (SLOT_EMPTY, SUBMITTED, ACCEPTED, DECLINED, STARTS_SOON)
}


def slot_is_empty(slot: Slot, *, now: datetime) -> None:
    """Every operator knows. `slot.programme` has to be loaded."""
    notices.notify_many(
        recipient_ids=_operator_ids(),
        kind=SLOT_EMPTY,
        url=reverse("operator:flashsale_slot_changelist"),
        data={"programme": slot.programme.name, "starts_at": slot.starts_at.isoformat()},
        now=now,
    )


def submitted(submission: Submission, *, now: datetime) -> None:
    """Operators have one line until they read it, however many submissions come."""
    told = Notification.objects.unread().filter(kind=SUBMITTED).values("recipient")
    notices.notify_many(
        recipient_ids=_operator_ids() - set(told.values_list("recipient", flat=True)),
        kind=SUBMITTED,
        url=reverse("operator:flashsale_submission_changelist") + "?state__exact=submitted",
        data={"title": submission.title},
        now=now,
    )


def accepted(submission: Submission, sale: Sale, *, now: datetime) -> None:
    """The people of the store know when their sale starts."""
    data = {"title": submission.title, "starts_at": sale.starts_at.isoformat()}
    _tell_store(submission, ACCEPTED, data, now=now)


def declined(submission: Submission, *, now: datetime) -> None:
    data = {"title": submission.title, "answer": submission.answer}
    _tell_store(submission, DECLINED, data, now=now)


def starts_soon(sale: Sale, recipient_ids: Collection[int], *, now: datetime) -> None:
    """In one statement for all of them."""
    notices.notify_many(
        recipient_ids=recipient_ids,
        kind=STARTS_SOON,
        url=sale.get_absolute_url(),
        data={"title": sale.title, "starts_at": sale.starts_at.isoformat()},
        now=now,
    )


def _tell_store(submission: Submission, kind: str, data: dict[str, str], *, now: datetime) -> None:
    url = reverse("merchant:flashsale_submission_change", args=[submission.pk])
    notices.notify_many(
        recipient_ids=_member_ids(submission.store), kind=kind, url=url, data=data, now=now
    )


def _member_ids(store: Store) -> set[int]:
    members = Membership.objects.filter(profile=store.profile_id, user__is_active=True)
    return _profiles_of(User.objects.filter(pk__in=members.values("user")))


def _operator_ids() -> set[int]:
    return _profiles_of(User.objects.filter(is_operator=True, is_active=True))


def _profiles_of(users: "QuerySet[User]") -> set[int]:
    people = Profile.objects.filter(user__in=users)
    return set(people.values_list("pk", flat=True))
