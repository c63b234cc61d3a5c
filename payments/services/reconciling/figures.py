"""How the ledger and Stripe's list stand to each other now, by currency."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Sum

from payments.models import BalanceLine
from payments.services import clearing
from payments.services.reconciling import apart, costs


class Loose(NamedTuple):
    """Has no other side: what the ledger has more at Stripe by it, and since when."""

    minor: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """In minor units, above zero what the site should have, or has, at Stripe.

    `books_minor` is what the ledger says, the oldest of it there `since`; `listed_minor` is what
    Stripe's lines sum to. Why the two are apart is told by facts and lines of which only one side
    knows, or knows something else (`unmatched_...`): `unexplained_minor` is the rest, and 0 as
    long as every line's cost is booked and the ledger's sums hold.
    """

    currency: str
    books_minor: int
    since: datetime | None
    listed_minor: int
    agreed_count: int
    unmatched_count: int
    unmatched_minor: int
    unmatched_since: datetime | None

    @property
    def unexplained_minor(self) -> int:
        return self.books_minor - self.listed_minor - self.unmatched_minor

    @property
    def completeness(self) -> float:
        """Of all that moved, the share of which both sides say the same, in per cent."""
        everything = self.agreed_count + self.unmatched_count
        return 100 * self.agreed_count / everything if everything else 100.0


def figures() -> list[Figures]:
    """Every currency that the site ever had at Stripe. Five statements, and two for each."""
    standings = {one.currency: one for one in clearing.standings()}
    listed, agreed, loose = _listed(), apart.agreed(), _loose()
    found = []
    for currency in sorted(standings.keys() | listed.keys()):
        standing = standings.get(currency)
        found.append(
            Figures(
                currency=currency,
                books_minor=-standing.balance_minor if standing else 0,
                since=standing.oldest_at if standing else None,
                listed_minor=listed.get(currency, 0),
                agreed_count=agreed.get(currency, 0),
                unmatched_count=len(loose[currency]),
                unmatched_minor=sum(one.minor for one in loose[currency]),
                unmatched_since=min(
                    (one.since for one in loose[currency] if one.since), default=None
                ),
            )
        )
    return found


def _listed() -> dict[str, int]:
    """Currency -> what the lines sum to."""
    rows = BalanceLine.objects.values_list("currency").annotate(Sum("net_minor"))
    return dict(rows.order_by("currency"))


def _loose() -> dict[str, list[Loose]]:
    found: dict[str, list[Loose]] = defaultdict(list)
    for fact in apart.facts():
        found[fact.currency].append(Loose(fact.more_minor, fact.booked_at))
    for line in apart.lines():
        found[line.currency].append(Loose(-costs.said_minor(line), line.made_at))
    return found
