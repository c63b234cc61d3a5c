"""/dev/mail/: every mail that this installation sent, where it sends none for real."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import mailbox
from socialcommerce.lib import http, problems


@http.require("GET")
def index(request: HttpRequest) -> HttpResponse:
    _refuse_in_production()
    return render(request, "accounts/mailbox.html", {"mails": mailbox.newest()})


@http.require("GET")
def detail(request: HttpRequest, key: str) -> HttpResponse:
    _refuse_in_production()
    mail = mailbox.find(key)
    if mail is None:
        raise problems.NotFound(_("There is no such mail."))
    return render(request, "accounts/mail.html", {"mail": mail})


def _refuse_in_production() -> None:
    """Mails hold links that log people in: nobody reads them over the net."""
    if settings.PRODUCTION:
        raise problems.NotFound
