"""Linked accounts: an account at another site is bound to a person who agreed and proved it.

Who somebody is over there `accounts.services.links` finds out; here it becomes an instrument.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import LinkAttempt, Profile
from accounts.openid import Identity, Provider, providers
from accounts.services import links
from accounts.services.links import WayBack
from payments import consents
from payments.models import Instrument, LinkedAccount
from socialcommerce.lib.problems import Conflict, NotFound


class NoSuchSite(NotFound):
    code = "no-such-site"
    title = _("Accounts of that site cannot be linked here")


class NoSuchLink(NotFound):
    code = "no-such-link"
    title = _("You have no such linked account")


class ConsentChanged(Conflict):
    code = "consent-changed"
    title = _("The text has changed")


class LinkedElsewhere(Conflict):
    code = "linked-elsewhere"
    title = _("That account is linked to somebody else")


class AnotherIsLinked(Conflict):
    code = "another-is-linked"
    title = _("You have linked another account of that site")


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has bound: keys of sites with a linked account, brands of cards that pay."""

    sites: frozenset[str]
    brands: frozenset[str]


def site(key: str) -> Provider:
    """Raises NoSuchSite."""
    provider = providers.by_key(key)
    if provider is None:
        raise NoSuchSite
    return provider


def begin(
    *, profile: Profile, provider: Provider, consent_version: str, next_url: str, now: datetime
) -> str:
    """The site's page for this person, who has agreed to the text of that version. Afterwards they
    come back to us, and then go on to `next_url`. Talks to the site, outside any transaction.

    Raises ConsentChanged, links.ProviderAway, links.NotProven.
    """
    consent = consents.linking(provider)
    if consent_version != consent.version:
        raise ConsentChanged(_("Please read it again. Nothing was linked."))
    return links.begin(
        profile=profile,
        provider=provider,
        consent=consent,
        redirect_uri=_way_back(provider),
        next_url=next_url,
        now=now,
    )


def finish(
    *, profile: Profile, provider: Provider, attempt: LinkAttempt, way: WayBack, now: datetime
) -> LinkedAccount:
    """The account is linked to this person, who came back by `attempt` (from `links.take`).

    Talks to the site, outside any transaction. Raises links.ProviderAway, links.NotProven,
    LinkedElsewhere, AnotherIsLinked; then nothing is linked.
    """
    redirect_uri = _way_back(provider)
    who = links.prove(
        attempt=attempt, provider=provider, way=way, redirect_uri=redirect_uri, now=now
    )
    return _link(profile, provider, attempt, who, now)


def unlink(*, profile_id: int, linked_id: int, now: datetime) -> None:
    """The account is nobody's any more; we forget which one it is. Raises NoSuchLink."""
    own = LinkedAccount.objects.of(profile_id).filter(pk=linked_id)
    if not own.update(unlinked_at=now, subject="", name=""):
        raise NoSuchLink


def held_by(profile: Profile, *, now: datetime) -> Held:
    """Two queries."""
    accounts = LinkedAccount.objects.of(profile.pk).values_list("provider", flat=True)
    cards = Instrument.objects.bound_to(profile.pk).unexpired(now).values_list("brand", flat=True)
    return Held(frozenset(accounts), frozenset(cards))


def _link(
    profile: Profile, provider: Provider, attempt: LinkAttempt, who: Identity, now: datetime
) -> LinkedAccount:
    """One link of a person at a time: locks their profile. Of two people who link one account at
    this moment the unique constraint lets one.
    """
    try:
        with transaction.atomic(durable=True):
            Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
            linked = LinkedAccount.objects.of(profile.pk).filter(provider=provider.key).first()
            if linked is None:
                linked = LinkedAccount(
                    profile=profile, provider=provider.key, subject=who.subject, linked_at=now
                )
            if linked.subject != who.subject:
                raise AnotherIsLinked(_("Unlink it first, then link this one."))
            linked.name = who.name
            linked.agree_like(attempt)
            linked.save()
            return linked
    except IntegrityError as error:
        raise LinkedElsewhere(
            _("One account is linked to one person. Whoever has it can unlink it.")
        ) from error


def _way_back(provider: Provider) -> str:
    return settings.SITE_URL + reverse("payments:link_return", args=[provider.key])
