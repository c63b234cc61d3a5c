"""What the checkout card shows while a person chooses: today's price, addresses, ways to pay."""

import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from accounts.models import Address, Profile
from payments.gift_card_pages import ways as ways_to_pay
from payments.selectors import PayChoices
from shop import selectors
from shop.forms import Choice
from shop.selectors import Offer, ProductView
from shop.services import coupons
from shop.services.quotes import Quote, quote
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Problem


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """`quantity_max` is what can be bought at once; `key` makes the purchase once."""

    product: ProductView
    offer: Offer
    quote: Quote
    quantity_max: int
    addresses: list[Address]
    address_id: int | None
    pay_choices: PayChoices
    key: str
    code: str = ""
    code_problem: Problem | None = None

    @property
    def next_url(self) -> str:
        """The page of this checkout: whoever leaves to bind a card comes back to it."""
        choice = {"variant": self.offer.variant_id, "quantity": self.quote.quantity}
        said = urlencode({**choice, "code": self.code} if self.code else choice)
        return f"{reverse('shop:checkout', args=[self.product.id])}?{said}"

    @property
    def gift_url(self) -> str:
        """The same page; the id of a gift card that pays first is to follow, or 0."""
        return f"{self.next_url}&"

    @property
    def quantities(self) -> range:
        return range(1, self.quantity_max + 1)


def build(*, buyer: Profile, product_id: int, choice: Choice) -> CheckoutPage:
    """The card for that choice; what cannot be had falls back to what can. Twelve queries at most.

    Raises NotFound for a product that is not on sale.
    """
    product = selectors.product(product_id, viewer=buyer)
    offer = product.offer(choice.variant_id) or product.offer(None)
    assert offer is not None  # noqa: S101 - a product without offers is not on sale
    quantity_max = max(1, min(offer.free, settings.ORDER_QUANTITY_MAX))
    quoted = quote(
        store=product.store,
        unit_price_minor=offer.price_minor,
        quantity=min(choice.quantity, quantity_max),
    )
    quoted, problem = _with_code(quoted, choice.code, product=product, buyer=buyer)
    addresses = list(Address.objects.kept().filter(profile=buyer))
    return CheckoutPage(
        product=product,
        offer=offer,
        quote=quoted,
        quantity_max=quantity_max,
        addresses=addresses,
        address_id=_chosen(addresses, choice.address_id),
        pay_choices=_ways(buyer, quoted, choice),
        key=secrets.token_urlsafe(16),
        code=choice.code,
        code_problem=problem,
    )


def _with_code(
    quoted: Quote, code: str, *, product: ProductView, buyer: Profile
) -> tuple[Quote, Problem | None]:
    """What it costs with the code, or the usual price and why the code does not work."""
    try:
        off = coupons.off(
            code, quoted=quoted, store=product.store, buyer_id=buyer.pk, at=clock.now()
        )
    except Problem as problem:
        return quoted, problem
    return quoted.less(off.minor), None


def _chosen(addresses: list[Address], address_id: int | None) -> int | None:
    ids = [address.pk for address in addresses]
    return address_id if address_id in ids else next(iter(ids), None)


def _ways(buyer: Profile, quoted: Quote, choice: Choice) -> PayChoices:
    """What the person chose stays chosen while the card is redrawn."""
    found = ways_to_pay(buyer, quoted.total_minor, currency=quoted.currency, gift_id=choice.gift_id)
    ways = replace(found, wallet_first=choice.wallet_first)
    if ways.is_covered:
        return ways
    usable = {card.pay_with for card in ways.cards if not card.is_expired}
    if ways.wallet_suffices:
        usable.add("wallet")
    return replace(ways, selected=choice.pay_with) if choice.pay_with in usable else ways
