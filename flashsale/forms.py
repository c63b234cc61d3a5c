"""What the hot views read from a form: strictly, without a database, kindly when it is wrong."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from flashsale.gate.admission import Wishes
from socialcommerce.lib.problems import Invalid

ID_DIGITS_MAX: Final = 18  # below 2^63
SLOT_DIGITS_MAX: Final = 2


class BadChoice(Invalid):
    code = "bad-choice"
    title = _("Please choose again")


def wishes(data: Mapping[str, str]) -> Wishes:
    """Raises BadChoice for anything but the ids of a lot and an address."""
    return Wishes(
        lot_id=_id(data.get("lot", "")),
        address_id=_id(data.get("address", "")),
        pay_from_wallet=data.get("pay_from_wallet") == "on",
        share=data.get("share") == "on",
    )


class BadSlot(Invalid):
    code = "bad-slot"
    title = _("That is not one of your places in this sale")


def slot(text: str, *, slots: int) -> int:
    """1 to `slots`; 1 where nothing is said. Raises BadSlot for anything else."""
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= SLOT_DIGITS_MAX):
        raise BadSlot(_("Nothing was sent. Load the page again."))
    if not 1 <= int(text) <= slots:
        raise BadSlot(_("Nothing was sent. This sale gives each person %d at most.") % slots)
    return int(text)


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX):
        raise BadChoice(
            _("Nothing was sent. Choose what you want and where it goes, and try again.")
        )
    return int(text)
