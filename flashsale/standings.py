"""Where a person stands in a sale, in code and in words. The same words for page and program."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Standing(StrEnum):
    NONE = "none"
    RECEIVED = "received"
    RESERVED = "reserved"
    RESERVE_EARLY = "reserve_early"
    RESERVE_LATE = "reserve_late"
    BAD_ADDRESS = "bad_address"
    NOT_RESERVED = "not_reserved"
    EARLY = "early"
    IN_LINE = "in_line"
    PLACED = "placed"
    HELD = "held"
    PAYING = "paying"
    PAID = "paid"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"
    NO_STOCK = "no_stock"
    REFUSED = "refused"
    SOLD_OUT = "sold_out"
    ENDED = "ended"
    NOT_BY_CLAIM = "not_by_claim"
    DRAWING = "drawing"
    NOT_DRAWN = "not_drawn"
    NOT_INVITED = "not_invited"
    WORK_MISSING = "work_missing"
    TOO_FAST = "too_fast"
    BUSY = "busy"
    RESTORING = "restoring"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Words:
    title: Promise
    detail: Promise


WORDS: dict[Standing, Words] = {
    Standing.NONE: Words(
        _("You are not in line"), _("Nothing of yours has reached the sale yet. Send it again.")
    ),
    Standing.RECEIVED: Words(
        _("Received"), _("Your reservation has arrived and is being written down.")
    ),
    Standing.RESERVED: Words(_("Reserved"), _("Your reservation stands. Come back for the start.")),
    Standing.RESERVE_EARLY: Words(
        _("Not yet"), _("Reservations have not opened. Nothing was changed.")
    ),
    Standing.RESERVE_LATE: Words(
        _("Reservations are closed"), _("This sale takes no more reservations.")
    ),
    Standing.BAD_ADDRESS: Words(
        _("Please choose the address again"),
        _("The address you chose is gone from your address book. You can still reserve."),
    ),
    Standing.NOT_RESERVED: Words(
        _("Only people who reserved can take part"),
        _("If you have just reserved, load the page again in a moment."),
    ),
    Standing.EARLY: Words(_("Not yet"), _("The sale has not started. Your reservation stands.")),
    Standing.IN_LINE: Words(
        _("You are in line"), _("Nothing is reserved for you yet. This takes a moment.")
    ),
    Standing.PLACED: Words(
        _("You keep your place"),
        _("The sale is being restored. Everybody who was in line enters in the same order."),
    ),
    Standing.HELD: Words(_("A unit is yours"), _("Pay before the time runs out to keep it.")),
    Standing.PAYING: Words(
        _("Your payment is under way"), _("The unit stays yours while the payment runs.")
    ),
    Standing.PAID: Words(_("It is yours"), _("Paid. The receipt is with your orders.")),
    Standing.REFUNDED: Words(
        _("Given back"), _("The order was cancelled and your money goes back where it came from.")
    ),
    Standing.EXPIRED: Words(
        _("Your time to pay ran out"), _("The unit went back. Nothing was charged.")
    ),
    Standing.GIVEN_UP: Words(
        _("The order was cancelled"), _("It had not been paid, and nothing was charged.")
    ),
    Standing.NO_STOCK: Words(
        _("No unit was left"), _("You were in line, but the last unit went to somebody before you.")
    ),
    Standing.REFUSED: Words(
        _("Your claim could not be taken"),
        _("Your reservation or your account does not allow it. Nothing was charged."),
    ),
    Standing.SOLD_OUT: Words(
        _("Sold out"), _("Every unit is taken. Unpaid units are counted below.")
    ),
    Standing.ENDED: Words(_("The sale is over"), _("No more claims are taken.")),
    Standing.NOT_BY_CLAIM: Words(
        _("This sale is a draw"),
        _("There is nothing to press: whoever reserved takes part, and the draw decides."),
    ),
    Standing.DRAWING: Words(
        _("The draw is under way"),
        _("Every unit is being drawn for. You need not do anything."),
    ),
    Standing.NOT_DRAWN: Words(
        _("You were not drawn"),
        _("Every unit has been drawn for. Nothing was charged, and whoever lost has a turn."),
    ),
    Standing.NOT_INVITED: Words(
        _("This wave is for those who came before"),
        _("Its units are offered to people who reserved, came to the sale and got none."),
    ),
    Standing.WORK_MISSING: Words(
        _("Your browser has not done its part"),
        _(
            "Against robots this sale asks every browser for some seconds of work, which needs "
            "JavaScript. Nothing was taken; load the page again and leave it open."
        ),
    ),
    Standing.TOO_FAST: Words(
        _("That was a little too fast"),
        _("If you are in line you stay in line. You may send it again in %(seconds)s s."),
    ),
    Standing.BUSY: Words(
        _("More people than can be answered at once"),
        _("Nothing was taken; you may send it again in %(seconds)s s."),
    ),
    Standing.RESTORING: Words(
        _("One moment: the sale is being restored"),
        _("You keep your place. Leave this page open, it goes on by itself."),
    ),
    Standing.PAUSED: Words(
        _("The sale is paused"), _("Clocks stand still and you keep your place.")
    ),
    Standing.CANCELLED: Words(
        _("The sale was cancelled"), _("Whoever had paid gets the money back.")
    ),
}


class While(StrEnum):
    """What goes on around a standing and changes what it means."""

    USUAL = ""
    WINDOW = "window"
    PAUSE = "pause"


WORDS_WHILE: dict[tuple[Standing, While], Words] = {
    (Standing.IN_LINE, While.WINDOW): Words(
        _("You are in line"),
        _(
            "The order within the opening window is drawn by lot when it closes, and everybody in"
            " it has the same chance. Nothing is reserved for you yet."
        ),
    ),
    (Standing.HELD, While.PAUSE): Words(
        _("The sale is paused"),
        _("Your unit stays yours and its clock stands still. You can pay meanwhile."),
    ),
}


def words(standing: Standing, around: While = While.USUAL) -> Words:
    return WORDS_WHILE.get((standing, around), WORDS[standing])


# The same request may succeed a moment later: it is to be sent again, not asked about.
SEND_AGAIN = frozenset({Standing.TOO_FAST, Standing.BUSY})

# What comes over everybody in the same second: their pages are not to be fetched in the same.
FOR_ALL = frozenset({Standing.DRAWING, Standing.NOT_DRAWN, Standing.CANCELLED})

# A claim that waits for its turn.
IN_LINE = frozenset({Standing.IN_LINE, Standing.PLACED})

# While one of these stands, the page asks again by itself.
UNDER_WAY = frozenset(
    {
        Standing.RECEIVED,
        Standing.IN_LINE,
        Standing.PLACED,
        Standing.DRAWING,
        Standing.PAYING,
        Standing.RESTORING,
        Standing.PAUSED,
    }
)
