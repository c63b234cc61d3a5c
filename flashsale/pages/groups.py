"""Whose sale pages are the same but for what stands in gaps, and that page without the gaps.

Whoever has claimed nothing in a sale where the first still come is the crowd. Their whole page,
panel included, is rendered once for all of a group; anybody else's panel is a gap of its own,
filled by the templates each time.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language

from accounts.models import Address, Profile
from flashsale.models import Reservation
from flashsale.pages import shared
from flashsale.pages.faces import Face
from flashsale.pages.sale_page import SalePage
from flashsale.selectors import SaleView
from flashsale.standings import Standing
from socialcommerce.lib import shells
from socialcommerce.lib.shells import Shell

# The faces of which only what stands in gaps is one person's.
OF_THE_CROWD: Final = frozenset(
    [Face.ANNOUNCED, Face.RESERVE, Face.WATCH, Face.RESERVED, Face.READY, Face.LIVE]
)


@dataclass(frozen=True, slots=True)
class Group:
    """`face` is None where the panel is one person's; `lot_id` is what all of them reserved,
    0 for nothing; the rest is as in SalePage.
    """

    is_known: bool
    lot_id: int
    face: Face | None = None
    standing: Standing = Standing.NONE
    pays_from_wallet: bool = False
    has_address: bool = False
    is_reminded: bool = False


def of(page: SalePage) -> Group:
    """The smallest group that this page tells about itself."""
    own, is_known = page.reservation, bool(page.token)
    lot_id = own.lot_id if own else 0
    if not _is_of_the_crowd(page):
        return Group(is_known, lot_id)
    return Group(
        is_known,
        lot_id,
        page.face,
        page.standing,
        pays_from_wallet=own is not None and own.pay_from_wallet,
        has_address=bool(page.addresses),
        is_reminded=page.is_reminded,
    )


def shell(view: SaleView, group: Group) -> Shell:
    """The page of this group without any person, in the active language, kept for a moment."""
    key = (view.id, view.phase, view.has_window_ahead, get_language(), group)
    return shared.kept_shell(key, lambda: _make(view, group))


def asked_by_gaps(page: SalePage) -> dict[str, Any]:
    """What the gaps of a sale's page may ask for, besides the request and its form's token."""
    sale = page.sale
    return {"page": page, "sale": sale, "server_now": sale.server_now, "left": sale.left}


def _is_of_the_crowd(page: SalePage) -> bool:
    """Not in a draw, which shows everybody their own weight."""
    has_part = page.claims or page.chances is not None or page.draw is not None
    return page.face in OF_THE_CROWD and not has_part and page.slot == 1


def _make(view: SaleView, group: Group) -> Shell:
    page: object = _nobodys(view, group, group.face) if group.face else _around(view, group)
    values = {"sale": view, "page": page, "panel_is_shared": group.face is not None}
    return shells.make("flashsale/sale.html", values, path=view.url, is_known=group.is_known)


def _around(view: SaleView, group: Group) -> dict[str, object]:
    """Of a SalePage, what the page around a personal panel may ask."""
    lot = next((lot for lot in view.lots if lot.id == group.lot_id), view.lot)
    return {"lot": lot, "reservation": group.lot_id}


def _nobodys(view: SaleView, group: Group, face: Face) -> SalePage:
    """What the group's pages have in common; of whoever looks, that there is somebody."""
    reservation = Reservation(lot_id=group.lot_id, pay_from_wallet=group.pays_from_wallet)
    return SalePage(
        sale=view,
        face=face,
        standing=group.standing,
        slot=1,
        viewer=Profile() if group.is_known else None,
        token="",
        reservation=reservation if group.lot_id else None,
        claims=(),
        chances=None,
        draw=None,
        addresses=[Address()] if group.has_address else [],
        is_reminded=group.is_reminded,
        pay_choices=None,
        key="",
    )
