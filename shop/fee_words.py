"""The site's fee as a merchant reads it."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext

from payments.services.disputing import refusals
from shop.models import FeeRule, FeeScope, Order, Store
from socialcommerce.lib.money import Money, format_money

WIDEST_FIRST = (FeeScope.SITE, FeeScope.CATEGORY, FeeScope.STORE, FeeScope.PRODUCT)


def rules_in_force(store: Store, *, at: datetime) -> list[FeeRule]:
    """Rules that orders of that store may be placed under, the widest first: categories where it
    sells something, its own, its products. One query.
    """
    rules = FeeRule.objects.in_force(at).filter(currency__in=["", store.currency])
    sold = store.products.values("category")
    reaching = rules.filter(
        Q(scope=FeeScope.SITE)
        | Q(scope=FeeScope.CATEGORY, category__in=sold)
        | Q(store=store)
        | Q(product__store=store)
    )
    newest: dict[tuple[object, ...], FeeRule] = {}
    for rule in reaching.select_related("product").order_by("valid_from", "pk"):
        newest[rule.scope, rule.category, rule.product_id] = rule
    return sorted(newest.values(), key=lambda rule: WIDEST_FIRST.index(FeeScope(rule.scope)))


def fee_words(rules: Iterable[FeeRule]) -> str:
    """What the store pays on orders of today. The store's own rule hides the wider ones."""
    said: list[str] = []
    base = share_words(settings.STORE_FEE_BASIS_POINTS, 0, "")
    for rule in rules:
        words = share_words(rule.basis_points, rule.fixed_minor, rule.currency)
        if rule.scope in {FeeScope.SITE, FeeScope.STORE}:
            base = words
        if rule.scope == FeeScope.STORE:
            said.clear()  # it is narrower than any category
        if rule.scope in {FeeScope.CATEGORY, FeeScope.PRODUCT}:
            said.append(f"{rule.subject}: {words}")
    all_of_it = gettext("%(share)s of each order's total, kept by the site.") % {"share": base}
    return "; ".join([all_of_it, *said])


def order_fee_words(order: Order) -> str:
    """The fee that the order was placed under, and what it comes to: "$0.50 (3 %)"."""
    fee = format_money(Money(order.fee_minor, order.currency))
    return f"{fee} ({share_words(order.fee_basis_points, order.fee_fixed_minor, order.currency)})"


def order_money_words(order: Order) -> str:
    """Where the buyer's money is now: given or taken back, kept by the site, in the reserve, the
    store's.
    """
    payment = order.payment
    if payment is None or not payment.captured_minor:
        return "-"
    waits = payment.reserves.filter(released_at__isnull=True).aggregate(
        minor=Coalesce(Sum("amount_minor"), 0)
    )["minor"]
    taken = refusals.taken_minor(payment)
    clawed = payment.clawed_minor - payment.fee_returned_minor
    parts = (
        (gettext("%(amount)s refunded"), payment.refunded_minor - taken),
        (gettext("%(amount)s taken back by the buyer's bank"), taken),
        (gettext("%(amount)s until the buyer has the goods"), payment.in_escrow_minor),
        (gettext("%(amount)s fee"), payment.fee_minor - payment.fee_returned_minor),
        (gettext("%(amount)s in the reserve"), waits),
        (gettext("%(amount)s yours"), payment.released_minor - clawed - waits),
    )
    return ", ".join(
        words % {"amount": format_money(Money(minor, payment.currency))}
        for words, minor in parts
        if minor
    )


def share_words(basis_points: int, fixed_minor: int, currency: str) -> str:
    """ "3 %", "2.5 % and $0.30"."""
    percent = gettext("%(percent)s %%") % {"percent": floatformat(basis_points / 100, -2)}
    if not fixed_minor:
        return percent
    fixed = format_money(Money(fixed_minor, currency))
    return gettext("%(percent)s and %(fixed)s") % {"percent": percent, "fixed": fixed}
