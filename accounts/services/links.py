"""Showing who one is elsewhere: there with a consent, and back by a way that is taken once."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import openid
from accounts.models import LinkAttempt, Profile
from accounts.openid import Identity, Journey, Provider
from socialcommerce.lib import guards
from socialcommerce.lib.problems import Conflict, Problem

LIFETIME: Final = timedelta(minutes=15)  # to log in over there and to press a button


class ProviderAway(Problem):
    code = "provider-away"
    status = 503
    title = _("The other site does not answer")


class NotProven(Conflict):
    code = "link-refused"
    title = _("The account was not linked")


class WayBackUsed(Conflict):
    code = "link-way-back-used"
    title = _("This way back was taken before, or too late")


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agrees to; `text` as it is shown to them, in their language."""

    version: str
    text: str


@dataclass(frozen=True, slots=True)
class WayBack:
    """What the person's browser brought back; texts that anybody may have written."""

    state: str
    code: str
    error: str
    issuer: str


def begin(
    *,
    profile: Profile,
    provider: Provider,
    consent: Consent,
    redirect_uri: str,
    next_url: str,
    now: datetime,
) -> str:
    """The provider's page for this person, who has agreed to `consent`. They come back to
    `redirect_uri` and go on to `next_url`. Talks to the provider, outside any transaction.

    Forgets this person's earlier ways that led nowhere. Raises ProviderAway, NotProven.
    """
    journey = Journey(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=redirect_uri,
    )
    with _asking(provider):
        url = openid.authorization_url(provider, journey)
    attempt = LinkAttempt(
        profile=profile,
        provider=provider.key,
        state_digest=_digest(journey.state),
        nonce=journey.nonce,
        verifier=journey.verifier,
        next_url=next_url,
        created_at=now,
    )
    attempt.agree(version=consent.version, text=consent.text, at=now)
    LinkAttempt.objects.filter(profile=profile, created_at__lte=now - LIFETIME).delete()
    attempt.save()
    return url


def take(*, profile: Profile, provider: Provider, way: WayBack, now: datetime) -> LinkAttempt:
    """The way back is taken, by this person, and nobody takes it again.

    Raises WayBackUsed: taken before, too old, another person's, or never begun.
    """
    waiting = LinkAttempt.objects.filter(
        profile=profile,
        provider=provider.key,
        state_digest=_digest(way.state),
        answered_at=None,
        created_at__gt=now - LIFETIME,
    )
    with transaction.atomic():
        if guards.is_on("links.take"):
            waiting = waiting.select_for_update(no_key=True)
        attempt = waiting.first()
        if attempt is None:
            raise WayBackUsed(_("Nothing was linked by it. Please start again."))
        attempt.answered_at = now
        attempt.save(update_fields=["answered_at"])
    return attempt


def prove(
    *, attempt: LinkAttempt, provider: Provider, way: WayBack, redirect_uri: str, now: datetime
) -> Identity:
    """Who the person is over there. Talks to the provider, outside any transaction.

    Raises ProviderAway, NotProven (also where the person said no over there).
    """
    if way.error == "access_denied":
        raise NotProven(
            _("You did not agree at %(provider)s. Nothing was changed.")
            % {"provider": provider.name}
        )
    if way.error in {"server_error", "temporarily_unavailable"}:
        raise _away(provider)
    # RFC 9207: where the answer says whose it is, it must be of whom we asked.
    if way.error or not way.code or way.issuer not in ("", provider.issuer):
        raise _not_believed(provider)
    journey = Journey(
        state=way.state,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        redirect_uri=redirect_uri,
    )
    with _asking(provider):
        return openid.identity_of(provider, journey, code=way.code, now=now)


@contextmanager
def _asking(provider: Provider) -> Iterator[None]:
    try:
        yield
    except openid.Unavailable as error:
        raise _away(provider) from error
    except openid.Rejected as error:
        raise _not_believed(provider) from error


def _away(provider: Provider) -> ProviderAway:
    words = _("%(provider)s cannot be asked now. Nothing was changed; please try again later.")
    return ProviderAway(words % {"provider": provider.name}, retry_after_seconds=60)


def _not_believed(provider: Provider) -> NotProven:
    words = _("%(provider)s did not confirm who you are. Nothing was changed; please start again.")
    return NotProven(words % {"provider": provider.name})


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()
