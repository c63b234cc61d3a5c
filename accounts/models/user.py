"""A User logs in. What others see of a person is the Profile."""

import secrets
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; `services.people.register` makes people (a user with a profile)."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator: `manage.py createsuperuser` is how an installation gets its first.

        Every page takes a profile for granted, so one is made here too, under a free handle.
        """
        user = self.create_user(email, password, is_operator=True, **fields)
        profiles = apps.get_model("accounts", "Profile").objects  # its module imports this one
        handle = f"team_{secrets.token_hex(5)}"
        profiles.create(
            kind="person", user=user, handle=handle, name=handle, created_at=user.created_at
        )
        return user


class User(AbstractBaseUser):
    email = models.EmailField(_("email"), unique=True)
    is_active = models.BooleanField(_("may log in"), default=True)
    is_operator = models.BooleanField(_("operator"), default=False)
    frozen_at = models.DateTimeField(_("frozen since"), null=True, blank=True)
    created_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            # With the unique index: unique without regard to case, and looked up as written.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message=_("An email address is kept in lower case."),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Django's word for an operator."""
        return self.is_operator

    # Django's permission tables decide nothing on this site: the two admin sites ask for
    # `is_operator` and for memberships. A model admin that forgets to is closed to everybody.

    def has_perm(self, _permission: str, _obj: object = None) -> bool:
        return False

    def has_module_perms(self, _app_label: str) -> bool:
        return False
