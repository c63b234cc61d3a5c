"""The places of the site that the rail and the bottom bar name."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the frame. `key` names it in templates; `under` are the paths it stands for."""

    key: str
    label: str | Promise
    icon: str
    url: str
    under: tuple[str, ...] = ()
    on_phone: bool = False
    needs_person: bool = False

    def holds(self, path: str) -> bool:
        """Whether a page at `path` belongs to this place."""
        return path == self.url or path.startswith(self.under or (self.url,))


PLACES = (
    # Home stands at "/", which every path starts with: what belongs to it is said in full.
    Place("home", _("Home"), "house", "/", ("/posts/", "/compose/", "/topics/"), on_phone=True),
    Place("explore", _("Explore"), "compass", "/explore/"),
    Place("market", _("Market"), "store", "/market/", ("/market/", "/checkout/"), on_phone=True),
    Place("sale", _("Sale"), "zap", "/sales/", on_phone=True),
    Place("notices", _("Notifications"), "bell", "/notifications/", needs_person=True),
    Place("wallet", _("Wallet"), "wallet", "/wallet/", on_phone=True, needs_person=True),
    Place("orders", _("Orders"), "package", "/orders/", needs_person=True),
    Place("me", _("Me"), "user-round", "/me/", on_phone=True, needs_person=True),
)


# Where people talk, a phone floats the button that writes; elsewhere it would cover what is sold.
_TALK = ("/posts/", "/topics/", "/explore/", "/notifications/", "/@")


def is_talk(path: str) -> bool:
    return path == "/" or path.startswith(_TALK)


def places(request: HttpRequest, *, phone: bool) -> Iterator[tuple[Place, bool]]:
    """The places this visitor sees, each with whether the page belongs to it.

    The phone keeps its five whoever looks: a place that needs a person leads to the login.
    """
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    for place in PLACES:
        if place.on_phone if phone else known or not place.needs_person:
            yield place, place.holds(request.path)
