"""What people agree to before something of theirs is bound or linked, word by word.

A change of a text is a new version: whoever agreed has agreed to what was written then. The
version is the day on which the text began.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.openid import Provider
from accounts.services.links import Consent

LINKING = "2026-11-21"
BINDING = "2026-11-21"


def linking(provider: Provider) -> Consent:
    """Before an account at another site is linked. In the language of the moment."""
    text = _(
        "I want %(site)s to ask %(provider)s who I am there. %(site)s learns a number that stands"
        " for my account at %(provider)s and the name I go by there, and keeps both while the"
        " account is linked. A store that asks for it sees that I have linked an account, never"
        " which one. Nothing is paid, posted or read at %(provider)s. I can take this back in my"
        " wallet at any time; then number and name are deleted, and prices that ask for the"
        " account are not mine any more."
    )
    return Consent(LINKING, text % {"site": settings.SITE_NAME, "provider": provider.name})


def binding_a_card() -> Consent:
    """Before a card is bound. In the language of the moment."""
    text = _(
        "I want %(site)s to charge this card for what I confirm on its pages, each time with the"
        " amount in sight, also where the charge comes later than my word because I was told so"
        " before. The card service keeps the number; %(site)s keeps brand, last four digits and"
        " expiry date. I can unbind the card in my wallet at any time; then nothing more is"
        " charged to it."
    )
    return Consent(BINDING, text % {"site": settings.SITE_NAME})
