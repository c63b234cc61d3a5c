"""What the pages of the wallet show, in a fixed number of queries."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments.gateway.declines import words as decline_words
from payments.gift_offers import GiftOffer
from payments.models import Account, AccountKind, Instrument, Payment, Transfer
from payments.payment_states import PaymentState
from payments.services import chart, history, parts, wallets
from payments.services.people import pins
from socialcommerce.lib import clock, keyset

PAY_WITH: Final = re.compile(r"(wallet|gift_card)|card:([1-9][0-9]{0,17})")
BRANDS: Final = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
# What a movement is called by the person in whose wallet it shows.
WORDS: Final[dict[str, str | Promise]] = {
    "wallet_payment": _("Paid"),
    "top_up": _("Topped up from a card"),
    "gift_card_payment": _("Paid"),
    "gift_card_bought": _("Gift card"),
    "gift_card_granted": _("Gift from the site"),
    "gift_card_ended": _("What was left on a gift card"),
    "refund_to_gift_card": _("Refund"),
    "refund_to_wallet": _("Refund"),
    "refund_to_card": _("Refund to a buyer's card"),
    "refund_failed": _("Refund that came back"),
    "dispute": _("Taken back by a bank"),
    "dispute_won": _("Given back by a bank"),
    "dispute_settled": _("Given back by a bank"),
    "release": _("Sale paid out"),
    "grant": _("Credit from the site"),
    "cash_out": _("Cashed out to cards"),
    "cash_out_failed": _("Cash-out that came back"),
}


@dataclass(frozen=True, slots=True)
class CardView:
    """A bound card as people recognise it."""

    id: int
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    is_default: bool
    is_expired: bool
    nickname: str
    expires_soon: bool

    @property
    def number_words(self) -> str:
        return f"{self.brand} ···· {self.last4}"

    @property
    def title(self) -> str:
        """What its person calls it, else what stands on it."""
        return self.nickname or self.number_words

    @property
    def pay_with(self) -> str:
        """The value of its radio button, which `parse_pay_with` reads."""
        return f"card:{self.id}"


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try of a card payment; `decline` says why the bank said no, and what to do."""

    number: int
    card: CardView
    outcome: str
    began_at: datetime
    decline: str


@dataclass(frozen=True, slots=True)
class PayChoices:
    """Ways to pay `amount_minor`; `selected` is the value of the one to offer first, or empty.

    A chosen `gift` has paid its part before: the amount is what is left, and at 0 nothing is to
    be chosen any more.

    `wallet_part_minor` is what the wallet can pay of it before a card pays the rest, 0 where it
    can pay all or nothing; `wallet_first` says whether the person wants that. `asks_pin`: so much
    is paid with the payment PIN only.
    """

    amount_minor: int
    currency: str
    wallet_available_minor: int
    wallet_suffices: bool
    cards: tuple[CardView, ...]
    selected: str
    wallet_part_minor: int = 0
    wallet_first: bool = False
    asks_pin: bool = False
    gifts: tuple[GiftOffer, ...] = ()
    gift: GiftOffer | None = None

    @property
    def is_covered(self) -> bool:
        """Whether the gift card pays all of it."""
        return self.gift is not None and self.amount_minor == 0

    @property
    def card_part_minor(self) -> int:
        """What a card pays beside the wallet's part."""
        return self.amount_minor - self.wallet_part_minor


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement of a wallet: `amount_minor` is above zero where money came in."""

    id: int
    kind: str
    words: str | Promise
    other: Profile | None
    amount_minor: int
    currency: str
    reference: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    lines: tuple[StatementLine, ...]
    next_cursor: str | None
    ends: history.Ends
    currency: str


def cards_of(profile: Profile) -> tuple[CardView, ...]:
    """The bound cards, the default first. One query."""
    today = clock.now()
    return tuple(card_view(card, today=today) for card in Instrument.objects.bound_to(profile.pk))


def brand_words(brand: str) -> str:
    """A brand of cards as people write it."""
    return BRANDS.get(brand, brand.capitalize())


def card_view(card: Instrument, *, today: datetime) -> CardView:
    return CardView(
        id=card.pk,
        brand=brand_words(card.brand),
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        is_default=card.is_default,
        is_expired=card.is_expired(today),
        nickname=card.nickname,
        expires_soon=card.expires_soon(today),
    )


def attempts_of(payment: Payment) -> tuple[AttemptView, ...]:
    """Every try by card, the first one first. One query."""
    today = clock.now()
    return tuple(
        AttemptView(
            number=row.number,
            card=card_view(row.instrument, today=today),
            outcome=row.get_outcome_display(),
            began_at=row.began_at,
            decline=decline_words(row.decline_code) if row.decline_code else "",
        )
        for row in payment.attempts.select_related("instrument").order_by("number")
    )


def decline_of(payment: Payment | None) -> str:
    """Why the bank said no to the last card, and the next step; empty where it did not."""
    if payment is None or payment.state != PaymentState.REQUIRES_METHOD:
        return ""
    return decline_words(payment.decline_code)


def pay_choices(profile: Profile, amount_minor: int, currency: str = "") -> PayChoices:
    """Wallet and cards for one amount of that currency, else of the site's; the wallet first where
    it suffices. Two queries.
    """
    balance = wallets.balance(profile_id=profile.pk, currency=currency)
    cards = cards_of(profile)
    suffices = balance.available_minor >= amount_minor
    usable = [card.pay_with for card in cards if not card.is_expired]
    part_minor = min(balance.available_minor, parts.largest(amount_minor))
    return PayChoices(
        amount_minor=amount_minor,
        currency=balance.currency,
        wallet_available_minor=balance.available_minor,
        wallet_suffices=suffices,
        cards=cards,
        selected="wallet" if suffices else next(iter(usable), ""),
        wallet_part_minor=max(0, part_minor) if usable and not suffices else 0,
        asks_pin=pins.is_asked(amount_minor, balance.currency),
    )


def parse_pay_with(text: str) -> tuple[Literal["wallet", "card", "gift_card"], int | None] | None:
    """Method and card id of a radio button's value ("wallet", "card:7", "gift_card"); None for
    anything else.
    """
    match = PAY_WITH.fullmatch(text)
    if match is None or not text.isascii():
        return None
    if match[2]:
        return ("card", int(match[2]))
    return ("wallet", None) if match[1] == "wallet" else ("gift_card", None)


def statement(
    profile: Profile,
    *,
    cursor: str | None,
    size: int,
    since: datetime | None = None,
    until: datetime | None = None,
    currency: str = "",
) -> Statement:
    """A page of the wallet's movements, the newest first, with the balances at both ends of the
    period. Four queries.

    `since` is part of the period, `until` is not; without a currency it is the site's. Raises
    keyset.BadCursor.
    """
    currency = currency or settings.SITE_CURRENCY
    account_id = wallet_id(profile, currency=currency)
    rows = history.movements(account_id, since=since, until=until)
    found = keyset.page(rows, cursor=cursor, size=size, order=("-id",))
    ends = history.ends(account_id, since=since, until=until)
    return Statement(lines(found.items, account_id), found.next_cursor, ends, currency)


def lines(transfers: Sequence[Transfer], account_id: int) -> tuple[StatementLine, ...]:
    """The movements as seen from that account. One query for the people on the other side."""
    others = {row.pk: _other(row, account_id) for row in transfers}
    profiles = _profiles(account.owner for account in others.values())
    return tuple(
        StatementLine(
            id=row.pk,
            kind=row.transaction.kind,
            words=WORDS.get(row.transaction.kind, _("Correction")),
            other=profiles.get(others[row.pk].owner),
            amount_minor=row.amount_minor if row.to_account_id == account_id else -row.amount_minor,
            currency=row.currency,
            reference=row.transaction.memo,
            created_at=row.transaction.created_at,
        )
        for row in transfers
    )


def wallet_id(profile: Profile, *, currency: str = "") -> int:
    """The account of the wallet in that currency, else in the site's; 0, which no account has,
    where there is none.
    """
    rows = Account.objects.filter(
        owner=chart.owner_of(profile.pk),
        kind=AccountKind.WALLET,
        currency=currency or settings.SITE_CURRENCY,
    )
    return rows.values_list("pk", flat=True).first() or 0


def _other(row: Transfer, account_id: int) -> Account:
    return row.from_account if row.to_account_id == account_id else row.to_account


def _profiles(owners: Iterable[str]) -> dict[str, Profile]:
    ids = {int(owner.partition(":")[2]) for owner in owners if owner.startswith("profile:")}
    return {chart.owner_of(pk): profile for pk, profile in Profile.objects.in_bulk(ids).items()}
