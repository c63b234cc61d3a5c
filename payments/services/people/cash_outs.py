"""Cashing out: a person's own money back to the cards that topped it up, the oldest first.

Each part is a refund of a top-up, of no more than that charge still has. All of it is committed,
and out of the wallet, before Stripe is asked; what a card refuses is in the wallet again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from payments.cash_out_states import CashOutState
from payments.models import CashOut, Instrument, Payment, Refund
from payments.payment_states import PaymentState
from payments.refund_states import RefundState
from payments.services import ledger, opening, receivables, refunds, settlement, wallets
from payments.services.people import cash_out_parts, closing, pins, velocity
from payments.services.people.cash_out_parts import Share
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Conflict, Invalid, NotFound


class BadCashOut(Invalid):
    code = "bad-cash-out"
    title = _("That amount cannot be cashed out")


class NotToCards(Conflict):
    """`to_cards_minor` is what cards still take."""

    code = "not-to-cards"
    title = _("Not all of that can go to a card")

    def __init__(self, to_cards_minor: int) -> None:
        most = format_money(Money(to_cards_minor, settings.SITE_CURRENCY))
        super().__init__(
            _(
                "Up to %(most)s can go back to the cards that topped it up. The rest came from"
                " elsewhere: you can spend it here, or write to us. Nothing moved."
            )
            % {"most": most},
            to_cards_minor=to_cards_minor,
        )


class Owing(Conflict):
    """The site is owed `owed_minor` first."""

    code = "owing"
    title = _("You owe the site money")


@dataclass(frozen=True, slots=True)
class CardShare:
    """What one card would get. `is_new`: nothing was ever cashed out to it."""

    card: Instrument
    amount_minor: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """What can be cashed out now, and to which cards. Minor units of `currency`."""

    available_minor: int
    to_cards_minor: int
    cards: tuple[CardShare, ...]
    currency: str

    @property
    def elsewhere_minor(self) -> int:
        """What of the wallet came from elsewhere and cannot go to a card."""
        return self.available_minor - self.to_cards_minor


def quote(*, profile_id: int) -> Quote:
    """All that could go now. Three queries."""
    balance = wallets.balance(profile_id=profile_id)
    top_ups = list(_top_ups(profile_id).select_related("instrument"))
    refundable_minor = sum(top_up.refundable_minor for top_up in top_ups)
    most_minor = min(balance.available_minor, refundable_minor)
    known = _known_cards(profile_id)
    cards: dict[str, CardShare] = {}
    for share in _shares(top_ups, most_minor):
        card = _card(share.top_up)
        before = cards.get(card.fingerprint)
        amount_minor = share.amount_minor + (before.amount_minor if before else 0)
        cards[card.fingerprint] = CardShare(card, amount_minor, card.fingerprint not in known)
    return Quote(balance.available_minor, most_minor, tuple(cards.values()), balance.currency)


def ask(*, profile_id: int, amount_minor: int, pin: str, key: str, now: datetime) -> CashOut:
    """The amount has left the wallet and Stripe was asked; the same key is the same cash-out.

    The PIN is needed for much money, and where a card gets some for the first time. Opens and
    ends its own transactions. Raises BadCashOut, NotToCards, Owing, ledger.InsufficientFunds,
    ledger.KeyConflict, velocity.LimitReached, opening.PayerBarred, closing.WalletClosed, and the
    refusals of pins.
    """
    has_pin = pins.is_confirmed(profile_id=profile_id, pin=pin, now=now)
    with transaction.atomic(durable=True):
        velocity.lock(profile_id)
        cash_out = CashOut.objects.filter(profile_id=profile_id, key=key).first()
        if cash_out is None:
            cash_out = _create(profile_id, amount_minor, key=key, has_pin=has_pin, now=now)
        elif cash_out.amount_minor != amount_minor:
            raise ledger.KeyConflict
    return drive(cash_out_id=cash_out.pk, now=now)


def drive(*, cash_out_id: int, now: datetime) -> CashOut:
    """Every part is as far as Stripe says. Outside any transaction; safe to repeat. Without an
    answer a part waits, and the sweep of refunds asks again.
    """
    waiting = Refund.objects.filter(cash_out_id=cash_out_id, state=RefundState.PENDING)
    for refund_id in waiting.order_by("pk").values_list("pk", flat=True):
        refunds.drive(refund_id=refund_id, now=now)
    # Parts that Stripe took and has not settled yet have told the cash-out nothing.
    if not waiting.filter(stripe_id__isnull=True).exists():
        CashOut.objects.filter(pk=cash_out_id, state=CashOutState.CREATED).update(
            state=CashOutState.SENT
        )
    return CashOut.objects.get(pk=cash_out_id)


def own(*, profile_id: int, cash_out_id: int) -> CashOut:
    """Raises NotFound, also for somebody else's."""
    found = CashOut.objects.filter(profile_id=profile_id, pk=cash_out_id).first()
    if found is None:
        raise NotFound(_("There is no such cash-out among yours."))
    return found


def _create(
    profile_id: int, amount_minor: int, *, key: str, has_pin: bool, now: datetime
) -> CashOut:
    """Demands the person's lock."""
    _check_person(profile_id)
    if amount_minor < 1:
        raise BadCashOut(_("Please type an amount above zero. Nothing moved."))
    currency = settings.SITE_CURRENCY
    available_minor = wallets.balance(profile_id=profile_id).available_minor
    if amount_minor > available_minor:
        raise ledger.InsufficientFunds(short_minor=amount_minor - available_minor)
    velocity.check(
        profile_id=profile_id,
        act=velocity.Act.CASH_OUT,
        amount_minor=amount_minor,
        currency=currency,
        now=now,
    )
    shares = _locked_shares(profile_id, amount_minor)
    if not has_pin:
        _refuse_without_pin(profile_id, amount_minor, shares)
    cash_out = CashOut.objects.create(
        profile_id=profile_id,
        amount_minor=amount_minor,
        currency=currency,
        key=key,
        created_at=now,
    )
    cash_out_parts.make(cash_out, shares, drive_at=settlement.next_drive(now), now=now)
    return cash_out


def _check_person(profile_id: int) -> None:
    opening.check_payer(profile_id)
    currency = settings.SITE_CURRENCY
    closing.refuse_if_closed(profile_id)
    owed_minor = receivables.owed(profile_id, currency)
    if owed_minor:
        amount = format_money(Money(owed_minor, currency))
        words = _("It is %(amount)s, and is settled from what you sell or top up. Nothing moved.")
        raise Owing(words % {"amount": amount}, owed_minor=owed_minor)


def _locked_shares(profile_id: int, amount_minor: int) -> list[Share]:
    """The top-ups that give the amount back, locked. Raises NotToCards."""
    found = _top_ups(profile_id)
    wanted = sorted(share.top_up.pk for share in _shares(list(found), amount_minor))
    locked = found.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",), no_key=True)
    # A refund that failed meanwhile, or another's that came between, counts as it is now.
    top_ups = sorted(locked, key=lambda top_up: (top_up.created_at, top_up.pk))
    shares = _shares(top_ups, amount_minor)
    if sum(share.amount_minor for share in shares) != amount_minor:
        raise NotToCards(sum(top_up.refundable_minor for top_up in found))
    return shares


def _refuse_without_pin(profile_id: int, amount_minor: int, shares: Iterable[Share]) -> None:
    known = _known_cards(profile_id)
    is_new = any(_card(share.top_up).fingerprint not in known for share in shares)
    if is_new or pins.is_asked(amount_minor, settings.SITE_CURRENCY):
        pins.refuse(profile_id)


def _top_ups(profile_id: int) -> "QuerySet[Payment]":
    """Those that cards paid and that still have something to give back, the oldest first."""
    paid = Payment.objects.of(profile_id).filter(
        purpose=Payment.Purpose.TOP_UP,
        state=PaymentState.SUCCEEDED,
        currency=settings.SITE_CURRENCY,
        captured_minor__gt=F("refunded_minor"),
    )
    return paid.order_by("created_at", "pk")


def _shares(top_ups: Iterable[Payment], amount_minor: int) -> list[Share]:
    shares = []
    for top_up in top_ups:
        part_minor = min(top_up.refundable_minor, amount_minor)
        if part_minor:
            shares.append(Share(top_up, part_minor))
            amount_minor -= part_minor
    return shares


def _known_cards(profile_id: int) -> set[str]:
    """Fingerprints of the cards that took something of this person's before."""
    taken = Refund.objects.filter(cash_out__profile_id=profile_id, state=RefundState.SUCCEEDED)
    return set(taken.values_list("payment__instrument__fingerprint", flat=True))


def _card(top_up: Payment) -> Instrument:
    assert top_up.instrument is not None  # noqa: S101  the database has seen to it
    return top_up.instrument
