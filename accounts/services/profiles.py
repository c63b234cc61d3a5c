"""Profiles: the public side of a person or a store."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import events, handles
from accounts.models import Block, Profile, ProfileKind, Role, User
from accounts.services import memberships
from socialcommerce.lib import names, pictures
from socialcommerce.lib.problems import Conflict, Invalid, NotFound

NAME_MAX = 50  # characters, as the column has them
AVATAR_PIXELS = 400  # twice the largest place it is shown in


class HandleTaken(Conflict):
    code = "handle-taken"
    title = _("This handle is taken")

    def __init__(self) -> None:
        super().__init__(_("Somebody else has it. Please choose another one."))


class HandleRefused(Invalid):
    code = "handle-refused"
    title = _("This handle cannot be had")


def get(handle: str) -> Profile:
    """The active profile of that handle, in any case. Raises NotFound."""
    # What cannot be a handle is not asked for: a NUL in the address would be a server error.
    known = Profile.objects.active() if handles.is_one(handle) else Profile.objects.none()
    profile = known.by_handle(handle).first()
    if profile is None:
        raise NotFound(_("Nobody here has that handle."))
    return profile


def visible(handle: str, *, viewer: Profile | None) -> Profile:
    """As `get`, but who blocked the viewer is nobody to them. Raises NotFound."""
    profile = get(handle)
    if viewer and Block.objects.filter(blocker=profile, blocked=viewer).exists():
        raise NotFound(_("Nobody here has that handle."))
    return profile


def create_person_profile(*, user: User, handle: str, name: str, now: datetime) -> Profile:
    """The user has a public profile. Raises HandleRefused, HandleTaken, names.BadName."""
    return _create(kind=ProfileKind.PERSON, user=user, handle=handle, name=name, now=now)


def create_store_profile(
    *, handle: str, name: str, bio: str, owner: User, now: datetime
) -> Profile:
    """A store's profile with `owner` as its first member. Raises HandleRefused, HandleTaken."""
    with transaction.atomic():
        profile = _create(kind=ProfileKind.STORE, handle=handle, name=name, bio=bio, now=now)
        memberships.add(profile=profile, user=owner, role=Role.OWNER, now=now)
    return profile


def _create(
    *,
    kind: ProfileKind,
    handle: str,
    name: str,
    now: datetime,
    bio: str = "",
    user: User | None = None,
) -> Profile:
    try:
        clean_handle = handles.clean(handle)
    except handles.BadHandle as problem:
        raise HandleRefused(problem.reason) from problem
    profile = Profile(
        kind=kind,
        user=user,
        handle=clean_handle,
        name=names.clean(name, most=NAME_MAX),
        bio=bio,
        created_at=now,
    )
    try:
        with transaction.atomic():
            profile.save()
            events.profile_created.send(sender=Profile, profile=profile)
    except IntegrityError as error:
        if "profile_handle_unique" in str(error):
            raise HandleTaken from error
        raise
    return profile


def edit(*, profile: Profile, name: str, bio: str) -> None:
    """The profile shows this name and text. Raises names.BadName."""
    profile.name, profile.bio = names.clean(name, most=NAME_MAX), bio
    profile.save(update_fields=["name", "bio"])


def set_avatar(*, profile: Profile, upload: "UploadedFile[Any]") -> None:
    """The profile shows this picture, cleaned; the old file is gone. Raises BadPicture."""
    picture = pictures.clean(upload, longest_edge=AVATAR_PIXELS)
    old = profile.avatar.name
    profile.avatar.save("avatar.webp", picture.content, save=False)
    profile.save(update_fields=["avatar"])
    _forget_file(profile, old)


def remove_avatar(*, profile: Profile) -> None:
    """The initial stands in again. Nothing happens without a picture."""
    old = profile.avatar.name
    profile.avatar = ""
    profile.save(update_fields=["avatar"])
    _forget_file(profile, old)


def _forget_file(profile: Profile, name: str | None) -> None:
    if name:
        storage = profile.avatar.storage
        transaction.on_commit(lambda: storage.delete(name))
