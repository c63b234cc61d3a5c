"""What search engines and link previews read of a product.

Source: schema.org Product and Offer.
"""

import json
from typing import Any

from django.conf import settings

from shop.selectors import ProductView
from socialcommerce.lib.money import plain_amount

AVAILABLE = "https://schema.org/InStock"
SOLD_OUT = "https://schema.org/OutOfStock"


def product_data(product: ProductView) -> dict[str, Any]:
    """A Product as JSON-LD; the template escapes it into its script element."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "description": product.description,
        "category": product.category,
        "image": [settings.SITE_URL + picture.url for picture in product.pictures],
        "url": settings.SITE_URL + product.url,
        "brand": {"@type": "Brand", "name": product.store.profile.name},
        "offers": [
            {
                "@type": "Offer",
                "name": offer.name,
                "price": plain_amount(offer.list_price_minor, product.currency),
                "priceCurrency": product.currency,
                "availability": SOLD_OUT if offer.is_sold_out else AVAILABLE,
                "seller": {"@type": "Organization", "name": product.store.profile.name},
            }
            for offer in product.offers
        ],
    }


def as_script(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in, whatever a merchant wrote."""
    text = json.dumps(data, ensure_ascii=False)
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
