"""What the pages of cards and linked accounts show, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Consented, Profile
from accounts.openid import providers
from payments.models import Instrument, LinkedAccount
from payments.selectors import CardView, card_view
from payments.services.linked import NoSuchLink
from payments.services.opening import NoSuchCard
from socialcommerce.lib import clock


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What was agreed to, as it was shown, and when."""

    version: str
    text: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class LinkedView:
    """An account at another site, linked to the person who looks."""

    id: int
    name: str
    linked_at: datetime
    consent: ConsentView | None


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site of which an account is linked, or can be. Not offered: taken off the list since."""

    key: str
    name: str
    is_offered: bool
    linked: LinkedView | None


@dataclass(frozen=True, slots=True)
class CardPage:
    card: CardView
    bound_at: datetime
    consent: ConsentView | None


def sites_of(profile: Profile) -> tuple[SiteView, ...]:
    """Every site that is offered, then those of which an account is still linked. One query."""
    linked = {row.provider: _linked(row) for row in LinkedAccount.objects.of(profile.pk)}
    offered = {provider.key: provider.name for provider in providers.configured()}
    names = {**offered, **{key: key for key in linked if key not in offered}}
    return tuple(
        SiteView(key=key, name=name, is_offered=key in offered, linked=linked.get(key))
        for key, name in names.items()
    )


def linked_site(profile: Profile, linked_id: int) -> SiteView:
    """The site of that linked account. Raises NoSuchLink, also for somebody else's."""
    found = (site for site in sites_of(profile) if site.linked and site.linked.id == linked_id)
    site = next(found, None)
    if site is None:
        raise NoSuchLink
    return site


def card_page(profile: Profile, card_id: int) -> CardPage:
    """Raises NoSuchCard, also for somebody else's. One query."""
    card = Instrument.objects.bound_to(profile.pk).filter(pk=card_id).first()
    if card is None:
        raise NoSuchCard
    return CardPage(card_view(card, today=clock.now()), card.created_at, _consent(card))


def _linked(row: LinkedAccount) -> LinkedView:
    return LinkedView(id=row.pk, name=row.name, linked_at=row.linked_at, consent=_consent(row))


def _consent(row: Consented) -> ConsentView | None:
    """None for what was bound before consents were kept."""
    if row.consented_at is None:
        return None
    return ConsentView(row.consent_version, row.consent_text, row.consented_at)
