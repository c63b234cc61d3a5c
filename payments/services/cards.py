"""Cards of a profile: bound on Stripe's own page, kept here as brand and last four digits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments import consents, gateway
from payments.models import CardSetup, Instrument, StripeCustomer
from payments.services import chart
from payments.services.opening import NoSuchCard
from socialcommerce.lib.problems import Conflict, NotFound, Problem


class CardServiceAway(Problem):
    code = "card-service-away"
    status = 503
    title = _("The card service does not answer")


class SetupRefused(Conflict):
    code = "card-setup-refused"
    title = _("The card could not be bound")


@dataclass(frozen=True, slots=True)
class CardForm:
    """What the card service's script in the person's browser needs to take a card in place.

    `client_secret` is for that person's browser alone; it comes back to `return_url`.
    """

    client_secret: str
    return_url: str


def begin_setup(*, profile: Profile, next_url: str, now: datetime) -> gateway.SetupSession:
    """A hosted page on which the person types the card; afterwards they come back to us, and then
    go on to `next_url` (a page of this site). Talks to Stripe, outside any transaction.

    The person has been shown `consents.binding_a_card()`, which is kept with the card.
    Raises CardServiceAway, SetupRefused.
    """
    customer_id = _customer_id(profile)
    setup = _new_setup(profile, CardSetup.Place.HOSTED, next_url, now)
    with _asking_stripe():
        session = gateway.create_setup_session(
            customer_id=customer_id,
            success_url=_return_address(setup),
            cancel_url=settings.SITE_URL + reverse("payments:card_cancelled", args=[setup.pk]),
            reference=str(setup.pk),
            idempotency_key=f"setup:{setup.pk}",
        )
    CardSetup.objects.filter(pk=setup.pk).update(stripe_id=session.id)
    return session


def begin_here(*, profile: Profile, next_url: str, now: datetime) -> CardForm:
    """A card can be typed on our own page, into a frame of the card service; afterwards as above.

    Talks to Stripe, outside any transaction. Raises CardServiceAway, SetupRefused.
    """
    customer_id = _customer_id(profile)
    setup = _new_setup(profile, CardSetup.Place.HERE, next_url, now)
    with _asking_stripe():
        intent = gateway.create_setup_intent(
            customer_id=customer_id, idempotency_key=f"setup:{setup.pk}"
        )
    CardSetup.objects.filter(pk=setup.pk).update(stripe_id=intent.id)
    return CardForm(intent.client_secret, _return_address(setup))


def own_setup(*, setup_id: int, profile_id: int) -> CardSetup:
    """Raises NotFound for somebody else's."""
    setup = CardSetup.objects.filter(pk=setup_id, profile_id=profile_id).first()
    if setup is None or setup.stripe_id is None:
        raise NotFound
    return setup


def finish_setup(setup: CardSetup, *, now: datetime) -> Instrument | None:
    """The card is bound if it was typed and proved, else None. Repeats, and page and webhook at
    once, bind it once. Talks to Stripe. Raises CardServiceAway, SetupRefused (also for a card that
    was bound to another customer than this person).
    """
    if setup.instrument is not None:
        return setup.instrument
    customer_id, typed = _typed_card(setup)
    if typed is None:
        return None
    if not StripeCustomer.objects.filter(profile=setup.profile_id, stripe_id=customer_id).exists():
        raise SetupRefused(_("Nothing was changed. Please try again."))
    replaced = ""
    with transaction.atomic(durable=True):
        current = CardSetup.objects.select_for_update(no_key=True).get(pk=setup.pk)
        if current.instrument is not None:
            return current.instrument
        current.instrument, replaced = _bind(current, typed, now)
        current.completed_at = now
        current.save()
    if replaced:
        with _asking_stripe():
            gateway.detach_card(replaced)
    return current.instrument


def own(profile_id: int, instrument_id: int) -> Instrument:
    """A bound card of that profile. Raises NoSuchCard, also for somebody else's."""
    card = Instrument.objects.bound_to(profile_id).filter(pk=instrument_id).first()
    if card is None:
        raise NoSuchCard
    return card


def make_default(*, profile_id: int, instrument_id: int) -> Instrument:
    """The card is the first to be offered. Raises NoSuchCard."""
    with transaction.atomic():
        _lock_cards_of(profile_id)
        card = own(profile_id, instrument_id)
        Instrument.objects.bound_to(profile_id).filter(is_default=True).update(is_default=False)
        card.is_default = True
        card.save(update_fields=["is_default"])
        return card


def unbind(*, profile_id: int, instrument_id: int, now: datetime) -> Instrument:
    """The card pays nothing any more, here and at Stripe; the newest other one is the default.

    Talks to Stripe first, outside any transaction: a card that Stripe still has stays shown.
    Raises NoSuchCard, CardServiceAway.
    """
    card = own(profile_id, instrument_id)
    with _asking_stripe():
        gateway.detach_card(card.payment_method_id)
    with transaction.atomic(durable=True):
        _lock_cards_of(profile_id)
        card = own(profile_id, instrument_id)
        was_default = card.is_default
        card.unbound_at, card.is_default = now, False
        card.save(update_fields=["unbound_at", "is_default"])
        successor = Instrument.objects.bound_to(profile_id).first() if was_default else None
        if successor is not None:
            successor.is_default = True
            successor.save(update_fields=["is_default"])
    return card


def _new_setup(profile: Profile, place: str, next_url: str, now: datetime) -> CardSetup:
    setup = CardSetup(profile=profile, place=place, next_url=next_url, created_at=now)
    consent = consents.binding_a_card()
    setup.agree(version=consent.version, text=consent.text, at=now)
    setup.save()
    return setup


def _typed_card(setup: CardSetup) -> tuple[str | None, gateway.CardDetails | None]:
    """Whose it is at Stripe, and the card if there is one by now."""
    ask = (
        gateway.retrieve_setup_intent
        if setup.place == CardSetup.Place.HERE
        else gateway.retrieve_setup_session
    )
    with _asking_stripe():
        result = ask(setup.stripe_id or "")
    return result.customer_id, result.card


def _return_address(setup: CardSetup) -> str:
    return settings.SITE_URL + reverse("payments:card_return", args=[setup.pk])


def _customer_id(profile: Profile) -> str:
    known = StripeCustomer.objects.filter(profile=profile).first()
    if known is not None:
        return known.stripe_id
    with _asking_stripe():
        stripe_id = gateway.create_customer(
            profile_ref=chart.owner_of(profile.pk),
            email=profile.user.email if profile.user else "",
            idempotency_key=f"customer:{profile.pk}",
        )
    customer, _made = StripeCustomer.objects.get_or_create(
        profile=profile, defaults={"stripe_id": stripe_id}
    )
    return customer.stripe_id


def _bind(setup: CardSetup, card: gateway.CardDetails, now: datetime) -> tuple[Instrument, str]:
    """The instrument, and the payment method it had before, if the same card was bound already."""
    profile_id = setup.profile_id
    _lock_cards_of(profile_id)
    bound = Instrument.objects.bound_to(profile_id)
    instrument = bound.filter(fingerprint=card.fingerprint).first()
    replaced = instrument.payment_method_id if instrument else ""
    if instrument is None:
        instrument = Instrument(
            profile_id=profile_id, is_default=not bound.exists(), created_at=now
        )
    instrument.payment_method_id = card.payment_method_id
    instrument.fingerprint = card.fingerprint
    instrument.brand, instrument.last4 = card.brand, card.last4
    if (instrument.exp_month, instrument.exp_year) != (card.exp_month, card.exp_year):
        instrument.warned_at = None  # another end, another word about it
    instrument.exp_month, instrument.exp_year = card.exp_month, card.exp_year
    instrument.country = card.country
    instrument.agree_like(setup)
    instrument.save()
    return instrument, "" if replaced == card.payment_method_id else replaced


def _lock_cards_of(profile_id: int) -> None:
    """One change of a person's cards at a time: the row of their customer stands for all."""
    StripeCustomer.objects.select_for_update(no_key=True).filter(profile_id=profile_id).first()


@contextmanager
def _asking_stripe() -> Iterator[None]:
    try:
        yield
    except (gateway.Unavailable, gateway.NotConfigured) as error:
        raise CardServiceAway(_("Nothing was changed. Please try again in a minute.")) from error
    except gateway.Rejected as error:
        raise SetupRefused(_("Nothing was changed. Please try again.")) from error
