"""Who acts for a store, and as what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.profile import Profile
from accounts.models.user import User


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MANAGER = "manager", _("manager")
    PACKER = "packer", _("packer")


class Membership(models.Model):
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("store")
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=7, choices=Role.choices)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["profile", "user"], name="membership_unique"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.profile} · {self.role}"
