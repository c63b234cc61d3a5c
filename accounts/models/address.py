"""The address book. What an order keeps is a snapshot, never the row."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.profile import Profile


class AddressQuerySet(models.QuerySet["Address"]):
    def kept(self) -> Self:
        """Without the removed ones, the default first."""
        return self.filter(deleted_at=None).order_by("-is_default", "-id")


class Address(models.Model):
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="addresses")
    full_name = models.CharField(_("full name"), max_length=100)
    line1 = models.CharField(_("street and number"), max_length=120)
    line2 = models.CharField(_("flat, floor, company"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("state or region"), max_length=80, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    country = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["profile"],
                condition=models.Q(is_default=True),
                name="address_one_default",
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(deleted_at=None),
                name="address_default_is_kept",
            ),
            models.CheckConstraint(
                condition=models.Q(country__regex="^[A-Z]{2}$"), name="address_country_is_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name}, {self.line1}, {self.city}"
