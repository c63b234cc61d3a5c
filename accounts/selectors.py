"""Page-shaped reads, each with a fixed number of queries."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import notices
from accounts.models import Block, Follow, Membership, Notification, Profile, User
from accounts.models.notification import NotificationQuerySet
from socialcommerce.lib import keyset

RECENT_SECONDS: Final = 30


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What the viewer has to do with a profile."""

    is_self: bool = False
    follows: bool = False
    is_followed_by: bool = False
    blocks: bool = False
    is_blocked_by: bool = False


@dataclass(frozen=True, kw_only=True)
class ProfileRow:
    """A profile in a list; `relation` is None for somebody who is not logged in."""

    profile: Profile
    relation: Relation | None


@dataclass(frozen=True, kw_only=True)
class ProfileList:
    rows: list[ProfileRow]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """One line of news; `template` renders it with this as `notice`."""

    id: int
    template: str
    actor: Profile | None
    url: str
    data: dict[str, Any]
    created_at: datetime
    is_unread: bool


@dataclass(frozen=True, kw_only=True)
class NoticeDay:
    """The news of a day in the site's time zone."""

    day: date
    notices: list[NoticeView]


@dataclass(frozen=True, kw_only=True)
class NoticeList:
    days: list[NoticeDay]
    next_cursor: str | None


def viewer_of(user: object) -> Profile | None:
    """The profile that looks; None for somebody who is not logged in."""
    return user.profile if isinstance(user, User) else None


def managed_profile_ids(user: User, roles: Collection[str] | None = None) -> set[int]:
    """Ids of the stores that `user` acts for, in one of `roles` or in any. One query."""
    memberships = Membership.objects.filter(user=user)
    if roles is not None:
        memberships = memberships.filter(role__in=roles)
    return set(memberships.values_list("profile_id", flat=True))


def member_profile_ids(store_profile_id: int) -> list[int]:
    """Profiles of the people who act for that store: whom its news reach. One query."""
    members = Membership.objects.filter(profile_id=store_profile_id, user__is_active=True)
    people = Profile.objects.filter(user__in=members.values("user"))
    return list(people.order_by("pk").values_list("pk", flat=True))


def relation(viewer: Profile | None, profile: Profile) -> Relation | None:
    """None for nobody in particular. Two queries."""
    return relations(viewer, [profile.pk]).get(profile.pk)


def relations(viewer: Profile | None, profile_ids: Iterable[int]) -> dict[int, Relation]:
    """By profile id; empty for nobody in particular. Two queries for any number."""
    if viewer is None:
        return {}
    ids = list(profile_ids)
    me = viewer.pk
    follows = _pairs(Follow.objects.all(), "follower_id", "followed_id", me, ids)
    blocks = _pairs(Block.objects.all(), "blocker_id", "blocked_id", me, ids)
    return {
        id_: Relation(
            is_self=id_ == me,
            follows=(me, id_) in follows,
            is_followed_by=(id_, me) in follows,
            blocks=(me, id_) in blocks,
            is_blocked_by=(id_, me) in blocks,
        )
        for id_ in ids
    }


def _pairs(
    rows: "QuerySet[Any]", source: str, target: str, me: int, ids: list[int]
) -> set[tuple[int, int]]:
    mine = Q(**{source: me, f"{target}__in": ids})
    theirs = Q(**{target: me, f"{source}__in": ids})
    return set(rows.filter(mine | theirs).values_list(source, target))


def followers(
    profile: Profile, *, viewer: Profile | None, cursor: str | None, size: int
) -> ProfileList:
    """Who follows `profile`, newest first, without whom the viewer must not see."""
    rows = follower_rows(profile, viewer=viewer)
    return _profile_list(rows, "follower", viewer=viewer, cursor=cursor, size=size)


def following(
    profile: Profile, *, viewer: Profile | None, cursor: str | None, size: int
) -> ProfileList:
    """Whom `profile` follows, newest first, without whom the viewer must not see."""
    rows = following_rows(profile, viewer=viewer)
    return _profile_list(rows, "followed", viewer=viewer, cursor=cursor, size=size)


def blocked(profile: Profile, *, cursor: str | None, size: int) -> ProfileList:
    """Whom `profile` has blocked, newest first."""
    rows = Block.objects.filter(blocker=profile).select_related("blocked")
    return _profile_list(rows, "blocked", viewer=profile, cursor=cursor, size=size)


def follower_rows(profile: Profile, *, viewer: Profile | None) -> "QuerySet[Follow]":
    """To be paged: each row's `follower` is somebody the viewer may see."""
    visible = Profile.objects.visible_to(viewer)
    return Follow.objects.filter(followed=profile, follower__in=visible).select_related("follower")


def following_rows(profile: Profile, *, viewer: Profile | None) -> "QuerySet[Follow]":
    """To be paged: each row's `followed` is somebody the viewer may see."""
    visible = Profile.objects.visible_to(viewer)
    return Follow.objects.filter(follower=profile, followed__in=visible).select_related("followed")


def with_relations(profiles: Sequence[Profile], *, viewer: Profile | None) -> list[ProfileRow]:
    """Each profile beside what the viewer has to do with it. Two queries for any number."""
    known = relations(viewer, [profile.pk for profile in profiles])
    return [ProfileRow(profile=one, relation=known.get(one.pk)) for one in profiles]


def _profile_list(
    rows: "QuerySet[Any]", side: str, *, viewer: Profile | None, cursor: str | None, size: int
) -> ProfileList:
    page = keyset.page(rows, cursor=cursor, size=size)
    profiles: list[Profile] = [getattr(row, side) for row in page.items]
    shown = with_relations(profiles, viewer=viewer)
    return ProfileList(rows=shown, next_cursor=page.next_cursor)


def unread_count(profile: Profile) -> int:
    """One query on the index of unread rows alone."""
    return notice_rows(profile).unread().count()


def recent_unread_count(profile: Profile) -> int:
    """As unread_count, at most RECENT_SECONDS old but after `notices.mark_read`: for pages that
    a crowd loads at once. No query as long as it is known.
    """
    key = _unread_key(profile)
    known: int | None = cache.get(key)
    if known is None:
        known = unread_count(profile)
        cache.set(key, known, RECENT_SECONDS)
    return known


def forget_unread_count(profile: Profile) -> None:
    """The next reader counts again."""
    cache.delete(_unread_key(profile))


def _unread_key(profile: Profile) -> str:
    return f"unread:{profile.pk}"


def notice_page(profile: Profile, *, cursor: str | None, size: int) -> NoticeList:
    """News by day, newest first. One query."""
    page = keyset.page(notice_rows(profile).select_related("actor"), cursor=cursor, size=size)
    views = [notice_view(row) for row in page.items]
    days = groupby(views, key=lambda view: timezone.localdate(view.created_at))
    return NoticeList(
        days=[NoticeDay(day=day, notices=list(found)) for day, found in days],
        next_cursor=page.next_cursor,
    )


def notice_rows(profile: Profile) -> NotificationQuerySet:
    """What a list can show: not of people one must not see, nor of a kind that is gone."""
    shown = Q(actor=None) | Q(actor__in=Profile.objects.visible_to(profile))
    return Notification.objects.filter(shown, recipient=profile, kind__in=notices.keys())


def notice_view(row: Notification) -> NoticeView:
    return NoticeView(
        id=row.pk,
        template=notices.get(row.kind).template,
        actor=row.actor,
        url=row.url,
        data=row.data,
        created_at=row.created_at,
        is_unread=row.read_at is None,
    )
