"""What a fan price asks for, in words for merchants."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.openid import providers
from payments.selectors import brand_words

Choices = list[tuple[str, str | Promise]]
# Source: https://docs.stripe.com/api/payment_methods/object#payment_method_object-card-brand
BRANDS: Final = ("amex", "diners", "discover", "jcb", "mastercard", "unionpay", "visa")


def choices(*, now: str) -> Choices:
    """For whom a fan price can be, `now` being what it asks: that one stays, whatever becomes of
    its site.
    """
    found: Choices = [
        ("follow", _("followers")),
        ("card", _("followers who have bound a card")),
        *(
            (f"card:{brand}", _("followers who have bound %s") % brand_words(brand))
            for brand in BRANDS
        ),
        *(
            (f"account:{site.key}", _("followers who have linked %s") % site.name)
            for site in providers.configured()
        ),
    ]
    return found if now in dict(found) else [*found, (now, now)]
