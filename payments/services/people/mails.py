"""Mails about a person's money. Sent outside any transaction."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from socialcommerce.lib.problems import Problem

logger = logging.getLogger(__name__)


class MailAway(Problem):
    code = "mail-away"
    status = 503
    title = _("The mail could not be sent")


def pin_reset(user: User, *, token: str) -> None:
    """Has the link behind which a new PIN is set. Raises MailAway."""
    url = settings.SITE_URL + reverse("payments:pin_reset", args=[token])
    minutes = settings.PAYMENT_PIN_RESET_SECONDS // 60
    try:
        _send(user, "pin_reset", str(_("A new payment PIN")), {"url": url, "minutes": minutes})
    except (OSError, SMTPException) as error:
        raise MailAway(_("Nothing was changed. Please try again in a few minutes.")) from error


def pin_changed(user: User) -> None:
    """Says that it was. A mail server that is away does not keep anybody from their PIN."""
    try:
        _send(user, "pin_changed", str(_("Your payment PIN was set")), {})
    except (OSError, SMTPException) as error:
        logger.warning("Person %s was not told of the new PIN: %s", user.pk, error)


def _send(user: User, name: str, subject: str, context: dict[str, object]) -> None:
    body = render_to_string(f"payments/mails/{name}.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])
