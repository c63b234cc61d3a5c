"""Closing a wallet, and opening it again. A closed one has nothing in it, by constraint.

Nobody puts money into a closed wallet by themselves. What the site has to give back after all, as
the refund of an old order, opens it again in the same statement: no money is ever without a place.
"""

from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.cash_out_states import OPEN as OPEN_CASH_OUTS
from payments.models import Account, AccountKind, CashOut, Payment
from payments.services import balances, chart
from payments.services.people import velocity
from socialcommerce.lib import faultpoints
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


def is_closed(profile_id: int) -> bool:
    """One query."""
    wallets = _accounts(profile_id).filter(kind=AccountKind.WALLET)
    return wallets.filter(closed_at__isnull=False).exists()


def refuse_if_closed(profile_id: int) -> None:
    """Raises WalletClosed."""
    if is_closed(profile_id):
        raise WalletClosed


def obstacles(profile_id: int) -> list[Promise | str]:
    """What keeps the wallet from being closed, in words; none if it can be. Three queries."""
    pots = _pots(profile_id)
    under_way = (
        Payment.objects.of(profile_id).open().exists()
        or CashOut.objects.filter(profile_id=profile_id, state__in=OPEN_CASH_OUTS).exists()
    )
    found: list[tuple[bool, Promise | str]] = [
        (
            any(posted > held for posted, held in pots[AccountKind.WALLET]),
            _("There is money in it: cash it out or spend it first."),
        ),
        (
            any(held for _posted, held in pots[AccountKind.WALLET]),
            _("Some of it is set aside for a payment or a sale."),
        ),
        (under_way, _("A payment or a cash-out is under way.")),
        (
            any(minor for minor, _held in pots[AccountKind.ESCROW] + pots[AccountKind.RESERVE]),
            _("Money from sales is still to come."),
        ),
        (any(minor for minor, _held in pots[AccountKind.RECEIVABLE]), _("You owe the site money.")),
    ]
    return [words for stands_in_the_way, words in found if stands_in_the_way]


def close(*, profile_id: int, now: datetime) -> None:
    """The wallet is closed, in every currency; a closed one stays so. Raises NotClosable with what
    has to happen first.
    """
    with transaction.atomic(durable=True):
        velocity.lock(profile_id)
        chart.wallet(profile_id, settings.SITE_CURRENCY)
        wallets = _accounts(profile_id).filter(kind=AccountKind.WALLET)
        balances.lock(sorted(wallets.values_list("pk", flat=True)))
        found = obstacles(profile_id)
        if found:
            raise NotClosable(" ".join(str(words) for words in found))
        faultpoints.reach("nothing stands in the way")
        wallets.filter(closed_at=None).update(closed_at=now)


def reopen(*, profile_id: int) -> None:
    """The wallet takes money again; an open one stays so."""
    wallets = _accounts(profile_id).filter(kind=AccountKind.WALLET)
    wallets.update(closed_at=None)


def _pots(profile_id: int) -> dict[str, list[tuple[int, int]]]:
    """By kind of account: what stands in each, accruals included, and what of it is set aside."""
    waiting = Coalesce(Sum("accruals__amount_minor"), 0)
    rows = _accounts(profile_id).annotate(minor=F("posted_minor") + waiting)
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for kind, minor, held_minor in rows.values_list("kind", "minor", "held_minor"):
        found[kind].append((minor, held_minor))
    return found


def _accounts(profile_id: int) -> "QuerySet[Account]":
    return Account.objects.filter(owner=chart.owner_of(profile_id))
