"""What a buyer saw, frozen: an order keeps it for ever, whatever becomes of the product."""

from typing import Any

from shop.models import Variant
from shop.services.quotes import Quote


def shown(variant: Variant, quote: Quote, *, code: str = "") -> dict[str, Any]:
    """Plain JSON of the card as it stood. `variant.product.store.profile` has to be loaded."""
    product, store = variant.product, variant.product.store
    picture = product.pictures.first()
    is_fan_price = quote.unit_price_minor == variant.fan_price_minor
    fan = {"list_price_minor": variant.price_minor, "asks": variant.fan_asks}
    return {
        "title": product.title,
        "variant": variant.name,
        "description": product.description,
        "unit_price_minor": quote.unit_price_minor,
        "fan": fan if is_fan_price else None,
        "quantity": quote.quantity,
        "subtotal_minor": quote.subtotal_minor,
        "shipping_minor": quote.shipping_minor,
        "discount": {"minor": quote.discount_minor, "code": code} if code else None,
        "total_minor": quote.total_minor,
        "currency": quote.currency,
        "store": {
            "handle": store.profile.handle,
            "name": store.profile.name,
            "legal_name": store.legal_name,
            "legal_address": store.legal_address,
            "tax_id": store.tax_id,
        },
        "ship_within_days": store.ship_within_days,
        "picture_url": picture.small.url if picture else "",
    }
