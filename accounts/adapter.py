"""Where allauth's sign-up and log-in meet our people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token

from accounts.models import User
from accounts.services import people
from socialcommerce.lib import clock, http

EMAIL_MAX = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def clean_email(self, email: str) -> str:
        """allauth would cut a longer one, and mail somebody else."""
        if len(email) > EMAIL_MAX:
            raise ValidationError(_("An email address has at most 254 characters."))
        return email

    def set_password(self, user: User, password: str) -> None:
        """Whoever knew the old one is out: sessions end by themselves, programs' tokens here."""
        with transaction.atomic():
            super().set_password(user, password)
            Token.objects.filter(user=user).delete()

    def get_client_ip(self, request: HttpRequest) -> str:
        return http.client_address(request)

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002  allauth's signature
    ) -> User:
        """The person that the form describes, whole: allauth's half-made `user` is not used."""
        del request, user, commit
        data = form.cleaned_data
        return people.register(
            email=data["email"],
            password=data["password1"],
            handle=data["handle"],
            name=data["name"],
            now=clock.now(),
        )
