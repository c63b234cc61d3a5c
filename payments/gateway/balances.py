"""What moved on the site's balance at Stripe, as Stripe lists it.

Source: https://docs.stripe.com/reports/balance-transaction-types
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import stripe
from stripe.params import BalanceTransactionListParams

from payments.gateway import amounts
from payments.gateway.client import client, id_of, translated
from payments.gateway.errors import UnmappedAmount
from socialcommerce.lib.money import InvalidAmount

PAGE: Final = 100  # Stripe's largest
# What a source of that kind belongs to, by the name of the field.
_PARENTS: Final = {
    "charge": "payment_intent",
    "dispute": "payment_intent",
    "refund": "payment_intent",
    "transfer": "transfer_group",
    "transfer_reversal": "transfer",
}


@dataclass(frozen=True, slots=True)
class LineInfo:
    """A balance transaction in our minor units; above zero is money that came in, and
    `fee_minor` above zero is a fee that was taken. `raw` is Stripe's answer, its source as an id.
    """

    id: str
    type: str
    category: str
    source_id: str
    parent_id: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    made_at: datetime
    available_at: datetime
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line whose amount or currency has no exact form here, as it was said."""

    id: str
    said: str


Page = list[LineInfo | UnreadableLine]


def list_lines(*, since: datetime, until: datetime) -> Iterator[Page]:
    """Yield page after page of what was made from `since` until before `until`, the newest first,
    and then what came in at the top meanwhile. A line may be met twice, and none is left out.

    Raises Unavailable, Rejected, NotConfigured, also between two pages.
    """
    newest = ""
    oldest = ""
    while True:
        found, has_more = _ask(since, until, after=oldest)
        newest = newest or (found[0].id if found else "")
        if found:
            oldest = found[-1].id
            yield [_line(one) for one in found]
        if not has_more:
            break
    while newest:
        found, _has_more = _ask(since, until, before=newest)
        if not found:
            break
        newest = found[0].id
        yield [_line(one) for one in found]


def _ask(
    since: datetime, until: datetime, *, after: str = "", before: str = ""
) -> tuple[list[stripe.BalanceTransaction], bool]:
    params: BalanceTransactionListParams = {
        "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
        "limit": PAGE,
        "expand": ["data.source"],
    }
    if after:
        params["starting_after"] = after
    if before:
        params["ending_before"] = before
    with translated():
        answer = client().v1.balance_transactions.list(params)
    return answer.data, answer.has_more


def _line(made: stripe.BalanceTransaction) -> LineInfo | UnreadableLine:
    currency = made.currency.upper()
    try:
        amount_minor, fee_minor, net_minor = (
            amounts.from_stripe(minor, currency) for minor in (made.amount, made.fee, made.net)
        )
    except (UnmappedAmount, InvalidAmount):
        return UnreadableLine(made.id, f"{made.amount} - {made.fee} {made.currency}")
    source_id = id_of(made.source) or ""
    return LineInfo(
        id=made.id,
        type=made.type,
        category=made.reporting_category,
        source_id=source_id,
        parent_id=_parent(made.source),
        amount_minor=amount_minor,
        fee_minor=fee_minor,
        net_minor=net_minor,
        currency=currency,
        made_at=datetime.fromtimestamp(made.created, UTC),
        available_at=datetime.fromtimestamp(made.available_on, UTC),
        raw=made.to_dict() | {"source": source_id},
    )


def _parent(source: object) -> str:
    field = _PARENTS.get(getattr(source, "object", ""), "")
    return id_of(getattr(source, field, None)) or "" if field else ""
