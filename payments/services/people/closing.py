"""Closing a wallet, and opening it again. A closed one has nothing in it, by constraint.

Nobody puts money into a closed wallet by themselves. What the site has to give back after all, as
the refund of an old order, opens it again in the same statement: no money is ever without a place.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.cash_out_states import OPEN as OPEN_CASH_OUTS
from payments.models import Account, AccountKind, CashOut, Payment
from payments.services import balances, chart, receivables
from payments.services.people import velocity
from socialcommerce.lib.problems import Conflict


class NotClosable(Conflict):
    code = "wallet-not-closable"
    title = _("The wallet cannot be closed yet")


class WalletClosed(Conflict):
    code = "wallet-closed"
    title = _("Your wallet is closed")

    def __init__(self) -> None:
        super().__init__(
            _("Nothing moved. You can open it again at any time."),
            next_url=reverse("payments:closing"),
            next_label=_("Open my wallet"),
        )


def is_closed(profile_id: int, *, currency: str) -> bool:
    """One query."""
    return (
        _accounts(profile_id, currency)
        .filter(kind=AccountKind.WALLET, closed_at__isnull=False)
        .exists()
    )


def refuse_if_closed(profile_id: int, *, currency: str) -> None:
    """Raises WalletClosed."""
    if is_closed(profile_id, currency=currency):
        raise WalletClosed


def obstacles(profile_id: int) -> list[Promise | str]:
    """What keeps the wallet from being closed, in words; none if it can be. Five queries."""
    currency = settings.SITE_CURRENCY
    rows = _accounts(profile_id, currency).values_list("kind", "posted_minor", "held_minor")
    pots = {kind: (posted, held) for kind, posted, held in rows}
    posted, held = pots.get(AccountKind.WALLET, (0, 0))
    under_way = (
        Payment.objects.of(profile_id).open().exists()
        or CashOut.objects.filter(profile_id=profile_id, state__in=OPEN_CASH_OUTS).exists()
    )
    found: list[tuple[bool, Promise | str]] = [
        (posted > held, _("There is money in it: cash it out or spend it first.")),
        (held > 0, _("Some of it is set aside for a payment or a sale.")),
        (under_way, _("A payment or a cash-out is under way.")),
        (_is_coming(profile_id, currency), _("Money from sales is still to come.")),
        (receivables.owed(profile_id, currency) > 0, _("You owe the site money.")),
    ]
    return [words for stands_in_the_way, words in found if stands_in_the_way]


def close(*, profile_id: int, now: datetime) -> None:
    """The wallet is closed; a closed one stays so. Raises NotClosable with what has to happen
    first.
    """
    with transaction.atomic(durable=True):
        velocity.lock(profile_id)
        wallet = chart.wallet(profile_id, settings.SITE_CURRENCY)
        balances.lock([wallet.pk])
        found = obstacles(profile_id)
        if found:
            raise NotClosable(" ".join(str(words) for words in found))
        Account.objects.filter(pk=wallet.pk, closed_at=None).update(closed_at=now)


def reopen(*, profile_id: int) -> None:
    """The wallet takes money again; an open one stays so."""
    wallets = _accounts(profile_id, settings.SITE_CURRENCY).filter(kind=AccountKind.WALLET)
    wallets.update(closed_at=None)


def _is_coming(profile_id: int, currency: str) -> bool:
    to_come = _accounts(profile_id, currency).filter(
        kind__in=[AccountKind.ESCROW, AccountKind.RESERVE]
    )
    return (
        to_come.filter(posted_minor__gt=0).exists()
        or to_come.filter(accruals__isnull=False).exists()
    )


def _accounts(profile_id: int, currency: str) -> "QuerySet[Account]":
    return Account.objects.filter(owner=chart.owner_of(profile_id), currency=currency)
