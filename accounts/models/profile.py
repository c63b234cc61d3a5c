"""A Profile is the public identity: it posts, follows, is followed, owns money."""

import secrets
import zlib
from typing import Self

from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import handles
from accounts.models.user import User

HUES = 12  # grounds of an avatar without a picture; the style sheet has a class for each


class ProfileKind(models.TextChoices):
    PERSON = "person", _("person")
    STORE = "store", _("store")


def avatar_path(_profile: "Profile", _filename: str) -> str:
    """A name nobody can guess: the uploader's file name may say more than the picture."""
    return f"avatars/{secrets.token_urlsafe(16)}.webp"


class ProfileQuerySet(models.QuerySet["Profile"]):
    def by_handle(self, handle: str) -> Self:
        """The profile of that handle, without regard to case (served by the unique index)."""
        return self.filter(handle__iexact=handle)

    def active(self) -> Self:
        """Stores, and people who may still log in; never the extras of a rehearsal."""
        return self.filter(is_extra=False).exclude(user__is_active=False)

    def visible_to(self, viewer: "Profile | None") -> Self:
        """Active, and without a block between them, in either direction."""
        if viewer is None:
            return self.active()
        return (
            self.active().exclude(blocks_made__blocked=viewer).exclude(blocks_met__blocker=viewer)
        )


class Profile(models.Model):
    kind = models.CharField(_("kind"), max_length=6, choices=ProfileKind.choices)
    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="profile",
        verbose_name=_("user"),
    )
    handle = models.CharField(_("handle"), max_length=handles.HANDLE_MAX)
    name = models.CharField(_("name"), max_length=50)
    bio = models.CharField(_("about"), max_length=160, blank=True)
    avatar = models.ImageField(_("picture"), upload_to=avatar_path, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    follower_count = models.PositiveIntegerField(_("followers"), default=0)
    following_count = models.PositiveIntegerField(_("following"), default=0)
    post_count = models.PositiveIntegerField(_("posts"), default=0)
    # Made up to play in rehearsals: acts like anybody, is shown nowhere and cannot log in.
    is_extra = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(_("created"))

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            # Upper, because that is what `iexact` asks for: one index keeps and finds.
            models.UniqueConstraint(
                Upper("handle"),
                name="profile_handle_unique",
                violation_error_message=_("This handle is taken."),
            ),
            models.CheckConstraint(
                condition=models.Q(handle__regex=handles.PATTERN), name="profile_handle_pattern"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=ProfileKind.PERSON, user__isnull=False)
                | models.Q(kind=ProfileKind.STORE, user__isnull=True),
                name="profile_person_has_user",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="profile_has_name"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def get_absolute_url(self) -> str:
        return reverse("feed:profile", args=[self.handle])

    @property
    def is_store(self) -> bool:
        return self.kind == ProfileKind.STORE

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def avatar_url(self) -> str:
        """Where the picture is; empty if there is none and the initial stands in."""
        return self.avatar.url if self.avatar else ""

    @property
    def initial(self) -> str:
        return (self.name or self.handle)[0].upper()

    @property
    def hue(self) -> int:
        """0 to 11, the same for this handle on every page and after every restart."""
        return zlib.crc32(self.handle.casefold().encode()) % HUES
