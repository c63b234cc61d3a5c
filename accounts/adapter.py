"""Where allauth's sign-up and log-in meet our people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User
from accounts.services import people
from socialcommerce.lib import clock


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
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
