"""What the sale's page shows one person at one moment: one face, with one job."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.models import Address, Profile
from flashsale import tokens
from flashsale.claim_states import UNPAID, ClaimState
from flashsale.gate import admission
from flashsale.models import Claim, Reservation
from flashsale.pages import draw_page, faces, second_chances, shared, slots
from flashsale.pages.draw_page import DrawView
from flashsale.pages.faces import OF_DRAW, Face
from flashsale.pages.lots import LotView, Stock
from flashsale.pages.second_chances import Chances
from flashsale.pages.visitors import Visitor
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.services.line_up import reminders
from flashsale.standings import UNDER_WAY, Standing, While, Words, words
from flashsale.tokens import SaleToken
from payments.selectors import PayChoices, decline_of, pay_choices

# What the gate tells of a claim once it is committed; after a refusal there is none to show.
DECIDED: Final = frozenset(Standing(state) for state in ClaimState) - {Standing.REFUSED}


@dataclass(frozen=True, slots=True)
class SalePage:
    """`token` is empty for somebody who is not logged in; `key` makes a payment once.

    `claims` has none that was refused, the one that asks for money first; `slot` is the one that
    the page asks about; `chances` is there once the sale has sold out; `is_reminded` says of
    somebody without a reservation that they asked to be.
    """

    sale: SaleView
    face: Face
    standing: Standing
    slot: int
    viewer: Profile | None
    token: str
    reservation: Reservation | None
    claims: tuple[Claim, ...]
    chances: Chances | None
    draw: DrawView | None
    addresses: list[Address]
    is_reminded: bool
    pay_choices: PayChoices | None
    key: str

    @property
    def claim(self) -> Claim | None:
        """What the face is about."""
        return self.claims[0] if self.claims else None

    @property
    def lot(self) -> LotView:
        """What the person has reserved; for anybody else what stands for the sale."""
        own = self.reservation.lot_id if self.reservation else 0
        return next((lot for lot in self.sale.lots if lot.id == own), self.sale.lot)

    @property
    def stock(self) -> Stock:
        """The units that matter to the person: of the own lot, else of all."""
        return self.lot if self.reservation else self.sale

    @property
    def next_slot(self) -> int:
        """The slot that one more claim may use, 0 where all are used or nothing is to be had."""
        used = {claim.slot for claim in self.claims}
        free = [slot for slot in range(1, self.sale.slots + 1) if slot not in used]
        takes_more = self.sale.is_live and self.chances is None and self.reservation is not None
        return free[0] if free and used and takes_more else 0

    @property
    def template(self) -> str:
        folder = "draws" if self.draw and self.face in OF_DRAW else "faces"
        return f"flashsale/{folder}/_{self.face}.html"

    @property
    def words(self) -> Words:
        is_inside = self.sale.window_part == "inside"
        return words(self.standing, While.WINDOW if is_inside else While.USUAL)

    @property
    def is_under_way(self) -> bool:
        """The page asks again by itself."""
        return self.standing in UNDER_WAY

    @property
    def stands_still(self) -> bool:
        """The time to pay does not run; the page's script asks until it does again."""
        return self.sale.phase == Phase.PAUSED and self.face == Face.HELD

    @property
    def decline(self) -> str:
        """Why the bank said no to the card that was to pay, and the next step."""
        waits = self.face == Face.HELD and self.claim and self.claim.order
        return decline_of(waits.payment) if waits else ""

    @property
    def bank_url(self) -> str:
        """Where the bank waits for the person, who may have left that page."""
        asked = self.claim and self.claim.state == ClaimState.PAYING and self.claim.order
        payment = asked.payment if asked else None
        return payment.next_action_url if payment else ""

    @property
    def left_to_pay(self) -> timedelta:
        if self.claim is None or self.claim.held_until is None:
            return timedelta()
        now = self.claim.sale.paused_at or self.sale.server_now  # paused, clocks stand still
        return max(self.claim.held_until - now, timedelta())


def build(*, sale_id: int, viewer: Profile | None, now: datetime) -> SalePage:
    """At most fifteen queries and two round trips to the gate, twice where a decision was
    committed meanwhile. Raises NotFound.
    """
    sale = shared.sale(sale_id, now=now)
    page = _read(sale, viewer, now=now)
    return _read(sale, viewer, now=now) if _is_outdated(page) else page


def _read(sale: SaleView, viewer: Profile | None, *, now: datetime) -> SalePage:
    reservation = _reservation(sale, viewer)
    claims = _claims(sale, viewer) if reservation else ()
    chances = _chances(sale, reservation, claims, now=now)
    token = _token_of(sale.id, viewer.pk, reservation, sale.slots) if viewer else None
    further = slots.in_line(sale, token, claims)
    draw = draw_page.of(sale, viewer=viewer, reservation=reservation, now=now)
    standing = further[1] if further else _standing(sale, token, reservation, claims, chances, draw)
    face = faces.of(
        sale, reservation=reservation, claims=claims, chances=chances, standing=standing
    )
    return SalePage(
        sale=sale,
        face=face,
        standing=standing,
        slot=further[0] if further else slots.asked(claims, standing),
        viewer=viewer,
        token=tokens.issue(token) if token else "",
        reservation=reservation,
        claims=claims,
        chances=chances,
        draw=draw,
        addresses=_addresses(viewer) if face == Face.RESERVE else [],
        is_reminded=_is_reminded(sale, viewer, reservation),
        pay_choices=_pay_choices(viewer, claims) if face == Face.HELD else None,
        key=secrets.token_urlsafe(16),
    )


def of_visitor(sale: SaleView, visitor: Visitor) -> SalePage | None:
    """As `build`, without a query and with one round trip at most, for whoever has claimed nothing
    while the first still come: no draw, and never sold out. None for anybody else, and where a
    decision was committed meanwhile.
    """
    if visitor.has_claims or sale.is_draw or sale.has_sold_out:
        return None
    reservation = visitor.reservation
    token = (
        _token_of(sale.id, visitor.person_id, reservation, sale.slots)
        if visitor.person_id
        else None
    )
    standing = _standing(sale, token, reservation, (), None)
    face = faces.of(sale, reservation=reservation, claims=(), chances=None, standing=standing)
    page = SalePage(
        sale=sale,
        face=face,
        standing=standing,
        slot=1,
        viewer=None,
        token=tokens.issue(token) if token else "",
        reservation=reservation,
        claims=(),
        chances=None,
        draw=None,
        addresses=visitor.addresses if face == Face.RESERVE else [],
        is_reminded=visitor.is_reminded,
        pay_choices=None,
        key="",
    )
    return None if _is_outdated(page) else page


def _is_outdated(page: SalePage) -> bool:
    """PostgreSQL was read before the gate, which tells only what is committed: it told more."""
    if page.reservation is None:
        return page.standing == Standing.RESERVED
    known = {str(claim.state) for claim in page.claims}
    return page.standing in DECIDED and page.standing not in known


def token_of(
    *, sale_id: int, viewer: Profile, reservation: Reservation | None, slots: int
) -> SaleToken:
    """What the hot views take for this person."""
    return _token_of(sale_id, viewer.pk, reservation, slots)


def _reservation(sale: SaleView, viewer: Profile | None) -> Reservation | None:
    if viewer is None:
        return None
    return Reservation.objects.standing().filter(sale_id=sale.id, person=viewer).first()


def _claims(sale: SaleView, viewer: Profile | None) -> tuple[Claim, ...]:
    """None that was refused: after a refusal the person may try again."""
    if not shared.may_have_claims(sale):
        return ()
    rows = Claim.objects.filter(sale_id=sale.id, person=viewer).exclude(state=ClaimState.REFUSED)
    found = rows.select_related("sale", "unit", "order__payment").order_by("-pk")
    return tuple(sorted(found, key=_rank))


def _rank(claim: Claim) -> int:
    """What asks for money, then what one has, then what one lost; the newest of each."""
    return 0 if claim.state in UNPAID else 1 if claim.state == ClaimState.PAID else 2


def _chances(
    sale: SaleView, reservation: Reservation | None, claims: tuple[Claim, ...], *, now: datetime
) -> Chances | None:
    if sale.phase not in (Phase.LIVE, Phase.SOLD_OUT):
        return None
    had_unit = any(claim.state != ClaimState.NO_STOCK for claim in claims)
    return second_chances.of(sale.id, reservation=reservation, had_unit=had_unit, now=now)


def _token_of(
    sale_id: int, person_id: int, reservation: Reservation | None, slots: int
) -> SaleToken:
    number = reservation.number if reservation else 0
    lot_id = reservation.lot_id if reservation else 0
    return SaleToken(sale_id, person_id, number, lot_id, slots)


def _standing(
    sale: SaleView,
    token: SaleToken | None,
    reservation: Reservation | None,
    claims: tuple[Claim, ...],
    chances: Chances | None,
    draw: DrawView | None = None,
) -> Standing:
    """PostgreSQL's word first; the gate is asked only about what it alone can know."""
    if claims and not _may_be_in_line(claims[0], chances):
        return _of_claim(claims[0])
    if token is None:
        return Standing.NONE
    if reservation is None:
        asks = sale.phase in (Phase.RESERVING, Phase.READY)
        return admission.look(token).standing if asks else Standing.NOT_RESERVED
    if draw is not None:
        return draw.standing(sale.phase)
    if sale.phase in (Phase.LIVE, Phase.SOLD_OUT, Phase.PAUSED):
        return admission.look(token, comes=False).standing
    return Standing.RESERVED


def _may_be_in_line(claim: Claim, chances: Chances | None) -> bool:
    """Whoever lost before may have claimed again in the wave that is open."""
    return (
        claim.state == ClaimState.NO_STOCK
        and chances is not None
        and chances.is_wave_open
        and claim.wave != chances.wave
    )


def _of_claim(claim: Claim) -> Standing:
    given_up = claim.state == ClaimState.EXPIRED and claim.reason == Standing.GIVEN_UP
    return Standing.GIVEN_UP if given_up else Standing(claim.state)


def _addresses(viewer: Profile | None) -> list[Address]:
    return list(Address.objects.kept().filter(profile=viewer)) if viewer else []


def _is_reminded(sale: SaleView, viewer: Profile | None, reservation: Reservation | None) -> bool:
    if viewer is None or reservation is not None or not sale.is_upcoming:
        return False
    return reminders.has_asked(sale_id=sale.id, person=viewer)


def _pay_choices(viewer: Profile | None, claims: tuple[Claim, ...]) -> PayChoices | None:
    claim = claims[0] if claims else None
    if viewer is None or claim is None or claim.order is None or claim.state not in UNPAID:
        return None
    return pay_choices(viewer, claim.order.total_minor, claim.order.currency)
