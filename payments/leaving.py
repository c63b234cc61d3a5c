"""The way out to another site: a bank's page, the card service's, one where an account is linked.

Chromium holds every redirect after a form to the policy's form-action, and which host a bank uses
nobody knows before. So a form is answered with a page of our own, and that page goes on.
Source: https://www.w3.org/TR/CSP3/#directive-form-action
"""

from typing import Final

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse

from accounts.decorators import PersonRequest
from socialcommerce.lib import htmx
from socialcommerce.lib.problems import NotFound

SALT: Final = "payments.leaving"
VALID_SECONDS: Final = 900  # as long as the payment itself waits


def redirect(request: PersonRequest, url: str) -> HttpResponse:
    """The person's browser goes on to `url`, an address of the card service or a linked site."""
    if htmx.is_htmx(request):
        return htmx.redirect(request, url)  # a script goes there, no form
    ticket = signing.dumps([request.user.pk, url], salt=SALT, compress=True)
    return htmx.redirect(request, reverse("payments:leave", args=[ticket]))


def destination(request: PersonRequest, ticket: str) -> str:
    """The address in a ticket of ours. Raises NotFound: forged, too old, or somebody else's."""
    try:
        person_id, url = signing.loads(ticket, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature as error:
        raise NotFound from error
    if person_id != request.user.pk:
        raise NotFound
    return str(url)
