"""What a merchant's money page shows: a fixed number of queries, frozen values."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from payments.gateway import connect_words
from payments.models import (
    Account,
    AccountKind,
    ConnectAccount,
    ConnectState,
    MerchantTerms,
    Payout,
    Reserve,
)
from payments.payout_states import PayoutState
from payments.services import chart

NEWEST: Final = 5
PAYOUT_WORDS: Final = {
    PayoutState.CREATED: _("Being sent"),
    PayoutState.SENT: _("On its way to the bank"),
    PayoutState.PAID: _("Paid out"),
    PayoutState.RETURNING: _("Coming back"),
    PayoutState.FAILED: _("Came back"),
}


@dataclass(frozen=True, slots=True)
class Pots:
    """Minor units of `currency`: what can be paid out, what buyers have not received yet, and
    what a young store gets later. `held_minor` is part of the wallet and set aside; `owed_minor`
    was given back to buyers after it was paid out, and is taken from the next sales.
    """

    wallet_minor: int
    held_minor: int
    escrow_minor: int
    reserve_minor: int
    owed_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class BankView:
    """How far the account at the payment service is; `missing` in plain words."""

    state: str
    words: str
    is_ready: bool
    is_refused: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PayoutLine:
    id: int
    run_on: date
    words: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class MoneyPage:
    terms: MerchantTerms
    pots: Pots
    bank: BankView | None
    reserves: tuple[Reserve, ...]
    payouts: tuple[PayoutLine, ...]
    next_run_on: date | None


def money_page(terms: MerchantTerms, *, today: date) -> MoneyPage:
    """Four queries. A day that has passed without a run is today: the next run makes up for it."""
    reserves = Reserve.objects.filter(payee_id=terms.profile_id, released_at__isnull=True)
    payouts = Payout.objects.filter(payee_id=terms.profile_id).order_by("-pk")
    next_run_on = max(terms.next_run_on, today) if terms.next_run_on else None
    return MoneyPage(
        terms=terms,
        pots=pots(terms),
        bank=bank(terms.profile_id),
        reserves=tuple(reserves.order_by("release_at", "pk")[:NEWEST]),
        payouts=tuple(_line(payout) for payout in payouts[:NEWEST]),
        next_run_on=None if terms.is_held else next_run_on,
    )


def pots(terms: MerchantTerms) -> Pots:
    """What stands where, accruals included. One query."""
    rows = (
        Account.objects.filter(owner=chart.owner_of(terms.profile_id), currency=terms.currency)
        .annotate(waiting=Coalesce(Sum("accruals__amount_minor"), 0))
        .values_list("kind", "posted_minor", "waiting", "held_minor")
    )
    stands = {kind: posted + waiting for kind, posted, waiting, _held in rows}
    held = {kind: held for kind, _posted, _waiting, held in rows}
    return Pots(
        wallet_minor=stands.get(AccountKind.WALLET, 0),
        held_minor=held.get(AccountKind.WALLET, 0),
        escrow_minor=stands.get(AccountKind.ESCROW, 0),
        reserve_minor=stands.get(AccountKind.RESERVE, 0),
        owed_minor=-stands.get(AccountKind.RECEIVABLE, 0),
        currency=terms.currency,
    )


def bank(profile_id: int) -> BankView | None:
    """None for a merchant who has not begun. One query."""
    account = ConnectAccount.objects.filter(~Q(stripe_id=None), profile_id=profile_id).first()
    if account is None:
        return None
    return BankView(
        state=account.state,
        words=str(account.get_state_display()),
        is_ready=account.state == ConnectState.ENABLED,
        is_refused=account.state == ConnectState.REJECTED,
        missing=tuple(connect_words.missing(account.requirements.get("missing", ()))),
    )


def _line(payout: Payout) -> PayoutLine:
    words = str(PAYOUT_WORDS[PayoutState(payout.state)])
    return PayoutLine(payout.pk, payout.run_on, words, payout.amount_minor, payout.currency)
