"""A payment's row comes into being: once for each key of its payer, with everything checked."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments.models import Instrument, Payment
from payments.services import parts
from payments.services.gift_cards import spending
from payments.services.ledger import KeyConflict
from payments.services.people import velocity
from socialcommerce.lib.money import AMOUNT_MAX_MINOR
from socialcommerce.lib.problems import Forbidden, Invalid, NotFound


class BadPayment(Invalid):
    code = "bad-payment"
    title = _("That payment cannot be made")


class PayerBarred(Forbidden):
    code = "payer-barred"
    title = _("Payments from this profile are stopped; please write to us")


class CardExpired(Invalid):
    code = "card-expired"
    title = _("That card has expired")


class NoSuchCard(NotFound):
    code = "no-such-card"
    title = _("That card is not bound to your profile")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a payment is about; the same key must mean the same terms. `amount_minor` > 0."""

    payer_id: int
    payee_id: int
    amount_minor: int
    currency: str
    reference: str
    method: str
    purpose: str = Payment.Purpose.PURCHASE.value
    instrument_id: int | None = None
    wallet_part_minor: int = 0
    gift_card_id: int | None = None
    gift_part_minor: int = 0

    @property
    def request_hash(self) -> str:
        values = [getattr(self, name) for name in TERM_NAMES]
        values += filter(None, (getattr(self, name) for name in PART_NAMES))
        body = json.dumps(values)
        return hashlib.sha256(body.encode()).hexdigest()


# Asked once, not for each charge of a batch, where it took most of the hash's time. A part counts
# where there is one: payments from before there were parts keep their hash.
PART_NAMES: Final = ("wallet_part_minor", "gift_card_id", "gift_part_minor")
TERM_NAMES = tuple(field.name for field in fields(Terms) if field.name not in PART_NAMES)


def insert(terms: Terms, *, key: str, now: datetime, **columns: object) -> tuple[Payment, bool]:
    """The payment under this key, and whether this call made it.

    The payer ends locked. Raises BadPayment, PayerBarred, velocity.LimitReached, NoSuchCard,
    NoSuchGiftCard, GiftCardEnded, KeyConflict (same key, other terms).
    """
    velocity.lock(terms.payer_id)
    payment = Payment.objects.of(terms.payer_id).filter(key=key).first()
    made = False
    if payment is None:
        _check(terms, now)
        # get_or_create, because another request with the same key may be as far as this one.
        payment, made = Payment.objects.get_or_create(
            payer_id=terms.payer_id,
            key=key,
            defaults={
                **asdict(terms),
                "request_hash": terms.request_hash,
                "created_at": now,
                **columns,
            },
        )
    if payment.request_hash != terms.request_hash:
        raise KeyConflict
    return payment, made


def _check(terms: Terms, now: datetime) -> None:
    if not 1 <= terms.amount_minor <= AMOUNT_MAX_MINOR:
        raise BadPayment(_("The amount is out of range."))
    if terms.payer_id == terms.payee_id and terms.purpose == Payment.Purpose.PURCHASE:
        raise BadPayment(_("Nobody pays themselves."))
    split = parts.fit(
        terms.amount_minor,
        gift_minor=terms.gift_part_minor,
        wallet_minor=terms.wallet_part_minor,
        by_gift_card=terms.method == Payment.Method.GIFT_CARD,
    )
    if not split:
        raise BadPayment(_("It cannot be paid in those parts. Nothing was charged."))
    check_payer(terms.payer_id)
    is_top_up = terms.purpose == Payment.Purpose.TOP_UP
    velocity.check(
        profile_id=terms.payer_id,
        act=velocity.Act.TOP_UP if is_top_up else velocity.Act.SPEND,
        amount_minor=terms.amount_minor,
        currency=terms.currency,
        now=now,
    )
    check_gift_card(terms, now=now)
    if terms.instrument_id is not None:
        bound_card(terms.payer_id, terms.instrument_id, now=now)


def check_payer(profile_id: int) -> None:
    """Nothing if the profile may pay now. Raises PayerBarred."""
    people = Profile.objects.filter(pk=profile_id, user__is_active=True)
    if not people.filter(user__frozen_at__isnull=True).exists():
        raise PayerBarred(_("Nothing moved. What comes in still arrives."))


def check_gift_card(of: Terms | Payment, *, now: datetime) -> None:
    """Nothing where no gift card pays, or it may. Raises NoSuchGiftCard, GiftCardEnded."""
    if of.gift_part_minor:
        spending.check(
            card_id=of.gift_card_id or 0, payer_id=of.payer_id, currency=of.currency, now=now
        )


def bound_card(profile_id: int, instrument_id: int, *, now: datetime) -> Instrument:
    """A card that can pay today. Raises NoSuchCard, also for somebody else's, and CardExpired."""
    card = Instrument.objects.bound_to(profile_id).filter(pk=instrument_id).first()
    if card is None:
        raise NoSuchCard
    if card.is_expired(now):
        words = _("Nothing was charged. Please choose another card, or bind its successor.")
        raise CardExpired(words)
    return card
