"""The site's fee: found by rule when an order is placed, frozen on it, booked at its release."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shop.models import FeeRule, FeeScope, Product, Store
from socialcommerce.lib import arrays
from socialcommerce.lib.money import allocate, basis_points
from socialcommerce.lib.problems import Conflict, Invalid

SQL = Path(__file__).resolve().parent.parent / "sql"
FEE_TERMS = (SQL / "fee_terms.sql").read_text()


class BadRule(Invalid):
    code = "bad-fee-rule"
    title = _("That fee rule cannot be set")


class RuleEnded(Conflict):
    code = "fee-rule-ended"
    title = _("That fee rule has ended already")


class FeeTerms(NamedTuple):
    """Hundredths of a percent of a total, and minor units for each order.

    `rule_id` is None where no rule fits: then it is STORE_FEE_BASIS_POINTS.
    """

    rule_id: int | None
    basis_points: int
    fixed_minor: int

    def of(self, total_minor: int) -> int:
        """The fee of an order of that total: the share rounded half up, at most all of it."""
        return min(total_minor, basis_points(total_minor, self.basis_points) + self.fixed_minor)


class Target(NamedTuple):
    """What a rule is for: the one field that its scope names, the others empty."""

    scope: FeeScope
    category: str = ""
    store: Store | None = None
    product: Product | None = None


class Terms(NamedTuple):
    """What a rule says; `currency` is empty where it holds for any, and there is no fixed part."""

    basis_points: int
    fixed_minor: int = 0
    currency: str = ""


def terms_of(variant_ids: Iterable[int], *, currency: str, at: datetime) -> dict[int, FeeTerms]:
    """Variant -> the terms of an order placed at that moment; the narrowest rule wins, among
    equals the one that began last. One statement for any number of variants.
    """
    wanted = set(variant_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            FEE_TERMS, {"variants": arrays.integers(wanted), "currency": currency, "at": at}
        )
        found = {variant_id: FeeTerms(*terms) for variant_id, *terms in cursor.fetchall()}
    return {variant_id: found.get(variant_id, _default()) for variant_id in wanted}


def _default() -> FeeTerms:
    return FeeTerms(None, settings.STORE_FEE_BASIS_POINTS, 0)


def due(*, fee_minor: int, total_minor: int, kept_minor: int) -> int:
    """The part of an order's fee that falls on what the store keeps of the total.

    Minor units; the fee of what went back goes back with it, by largest remainder.
    """
    return allocate(fee_minor, [kept_minor, total_minor - kept_minor])[0]


def set_rule(
    *, target: Target, terms: Terms, note: str, valid_from: datetime, by_id: int, now: datetime
) -> FeeRule:
    """The rule stands, and decides over orders that are placed from `valid_from` on.

    Raises BadRule for a beginning in the past: orders placed meanwhile would seem wrong.
    """
    if valid_from < now:
        raise BadRule(_("A rule begins now or later; orders that are placed keep their fee."))
    return FeeRule.objects.create(
        **target._asdict(),
        **terms._asdict(),
        note=note,
        valid_from=valid_from,
        created_by_id=by_id,
        created_at=now,
    )


def end_rule(*, rule_id: int, now: datetime) -> None:
    """Orders placed from now on go by the next wider rule. Raises RuleEnded."""
    with transaction.atomic(durable=True):
        if FeeRule.objects.filter(pk=rule_id, ended_at__isnull=True).update(ended_at=now) != 1:
            raise RuleEnded
