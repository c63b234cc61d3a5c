"""What the sale's page shows one person at one moment: one face, with one job."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from accounts.models import Address, Profile
from flashsale import tokens
from flashsale.claim_states import LIVE, UNPAID, ClaimState
from flashsale.gate import admission
from flashsale.models import Claim, Reservation
from flashsale.pages import draw_page, second_chances, shared, slots
from flashsale.pages.draw_page import DrawView
from flashsale.pages.lots import LotView, Stock
from flashsale.pages.second_chances import Chances
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.standings import IN_LINE, UNDER_WAY, WORDS, Standing, Words
from flashsale.tokens import SaleToken
from payments.selectors import PayChoices, pay_choices


class Face(StrEnum):
    """One template each in templates/flashsale/faces/."""

    ANNOUNCED = "announced"
    RESERVE = "reserve"
    RESERVED = "reserved"
    READY = "ready"
    WATCH = "watch"
    LIVE = "live"
    UNDER_WAY = "under_way"
    HELD = "held"
    PAID = "paid"
    WAVE = "wave"
    LOST = "lost"
    OVER = "over"


# The faces of somebody who has nothing in the sale, by its phase.
STRANGER: Final = {
    Phase.ANNOUNCED: Face.ANNOUNCED,
    Phase.RESERVING: Face.RESERVE,
    Phase.READY: Face.WATCH,
    Phase.LIVE: Face.WATCH,
    Phase.PAUSED: Face.WATCH,
    Phase.SOLD_OUT: Face.LOST,
    Phase.ENDED: Face.OVER,
    Phase.CANCELLED: Face.OVER,
}
RESERVER: Final = {
    **STRANGER,
    Phase.RESERVING: Face.RESERVED,
    Phase.READY: Face.READY,
    Phase.LIVE: Face.LIVE,
}
OF_CLAIM: Final = {
    ClaimState.HELD: Face.HELD,
    ClaimState.PAYING: Face.UNDER_WAY,
    ClaimState.PAID: Face.PAID,
    ClaimState.REFUNDED: Face.OVER,
    ClaimState.EXPIRED: Face.LOST,
    ClaimState.NO_STOCK: Face.LOST,
    ClaimState.REFUSED: Face.LOST,
}


# Where a draw says something else: nobody presses a button, and weight decides. One template each
# in templates/flashsale/draws/.
OF_DRAW: Final = {
    Face.ANNOUNCED,
    Face.RESERVE,
    Face.RESERVED,
    Face.READY,
    Face.WATCH,
    Face.LIVE,
    Face.LOST,
    Face.OVER,
}


@dataclass(frozen=True, slots=True)
class SalePage:
    """`token` is empty for somebody who is not logged in; `key` makes a payment once.

    `claims` has none that was refused, the one that asks for money first; `slot` is the one that
    the page asks about; `chances` is there once the sale has sold out.
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
        return WORDS[self.standing]

    @property
    def is_under_way(self) -> bool:
        """The page asks again by itself."""
        return self.standing in UNDER_WAY

    @property
    def left_to_pay(self) -> timedelta:
        if self.claim is None or self.claim.held_until is None:
            return timedelta()
        now = self.claim.sale.paused_at or self.sale.server_now  # paused, clocks stand still
        return max(self.claim.held_until - now, timedelta())


def build(*, sale_id: int, viewer: Profile | None, now: datetime) -> SalePage:
    """At most fifteen queries and two round trips to the gate. Raises NotFound."""
    sale = shared.sale(sale_id, now=now)
    reservation = _reservation(sale, viewer)
    claims = _claims(sale, viewer) if reservation else ()
    chances = _chances(sale, reservation, claims, now=now)
    token = _token(sale, viewer, reservation)
    further = slots.in_line(sale, token, claims)
    standing = further[1] if further else _standing(sale, token, reservation, claims, chances)
    face = _face(sale, reservation, claims, chances, standing)
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
        draw=_draw(sale, viewer, reservation, now=now),
        addresses=_addresses(viewer) if face == Face.RESERVE else [],
        pay_choices=_pay_choices(viewer, claims) if face == Face.HELD else None,
        key=secrets.token_urlsafe(16),
    )


def token_of(
    *, sale_id: int, viewer: Profile, reservation: Reservation | None, slots: int
) -> SaleToken:
    """What the hot views take for this person."""
    number = reservation.number if reservation else 0
    lot_id = reservation.lot_id if reservation else 0
    return SaleToken(sale_id, viewer.pk, number, lot_id, slots)


def _reservation(sale: SaleView, viewer: Profile | None) -> Reservation | None:
    if viewer is None:
        return None
    return Reservation.objects.standing().filter(sale_id=sale.id, person=viewer).first()


def _claims(sale: SaleView, viewer: Profile | None) -> tuple[Claim, ...]:
    """None that was refused: after a refusal the person may try again."""
    if not shared.may_have_claims(sale):
        return ()
    rows = Claim.objects.filter(sale_id=sale.id, person=viewer).exclude(state=ClaimState.REFUSED)
    found = rows.select_related("sale", "unit", "order").order_by("-pk")
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


def _draw(
    sale: SaleView, viewer: Profile | None, reservation: Reservation | None, *, now: datetime
) -> DrawView | None:
    if not sale.is_draw:
        return None
    return draw_page.of(sale.id, viewer=viewer, reservation=reservation, now=now)


def _token(
    sale: SaleView, viewer: Profile | None, reservation: Reservation | None
) -> SaleToken | None:
    if viewer is None:
        return None
    return token_of(sale_id=sale.id, viewer=viewer, reservation=reservation, slots=sale.slots)


def _standing(
    sale: SaleView,
    token: SaleToken | None,
    reservation: Reservation | None,
    claims: tuple[Claim, ...],
    chances: Chances | None,
) -> Standing:
    """PostgreSQL's word first; the gate is asked only about what it alone can know."""
    if claims and not _may_be_in_line(claims[0], chances):
        return _of_claim(claims[0])
    if token is None:
        return Standing.NONE
    if reservation is None:
        asks = sale.phase in (Phase.RESERVING, Phase.READY)
        return admission.look(token).standing if asks else Standing.NOT_RESERVED
    # In a draw nobody comes to the gate: whoever has no claim waits for the draw or lost it.
    if sale.phase in (Phase.LIVE, Phase.SOLD_OUT, Phase.PAUSED) and not sale.is_draw:
        return admission.look(token).standing
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


def _face(
    sale: SaleView,
    reservation: Reservation | None,
    claims: tuple[Claim, ...],
    chances: Chances | None,
    standing: Standing,
) -> Face:
    if sale.phase == Phase.CANCELLED:
        return Face.OVER
    if reservation is None:
        if chances is not None:
            return Face.LOST
        reserving = standing == Standing.RECEIVED
        return Face.UNDER_WAY if reserving else STRANGER[sale.phase]
    waits_for_more = standing in IN_LINE and claims and claims[0].state == ClaimState.PAID
    if claims and claims[0].state in LIVE and not waits_for_more:
        return OF_CLAIM[ClaimState(claims[0].state)]
    if standing in UNDER_WAY:
        return Face.UNDER_WAY
    if chances is not None:
        return Face.WAVE if chances.is_wave_open and chances.is_invited else Face.LOST
    return OF_CLAIM[ClaimState(claims[0].state)] if claims else RESERVER[sale.phase]


def _addresses(viewer: Profile | None) -> list[Address]:
    return list(Address.objects.kept().filter(profile=viewer)) if viewer else []


def _pay_choices(viewer: Profile | None, claims: tuple[Claim, ...]) -> PayChoices | None:
    claim = claims[0] if claims else None
    if viewer is None or claim is None or claim.order is None or claim.state not in UNPAID:
        return None
    return pay_choices(viewer, claim.order.total_minor)
