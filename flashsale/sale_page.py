"""What the sale's page shows one person at one moment: one face, with one job."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from accounts.models import Address, Profile
from flashsale import selectors, tokens
from flashsale.claim_states import UNPAID, ClaimState
from flashsale.gate import admission
from flashsale.models import Claim, Reservation
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.standings import UNDER_WAY, WORDS, Standing, Words
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


@dataclass(frozen=True, slots=True)
class SalePage:
    """`token` is empty for somebody who is not logged in; `key` makes a payment once."""

    sale: SaleView
    face: Face
    standing: Standing
    viewer: Profile | None
    token: str
    reservation: Reservation | None
    claim: Claim | None
    addresses: list[Address]
    pay_choices: PayChoices | None
    key: str

    @property
    def template(self) -> str:
        return f"flashsale/faces/_{self.face}.html"

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
    """At most ten queries and one round trip to the gate. Raises NotFound."""
    sale = selectors.get(sale_id, now=now)
    reservation = _reservation(sale, viewer)
    claim = _claim(sale, viewer) if reservation else None
    token = _token(sale, viewer, reservation)
    standing = _standing(sale, token, reservation, claim)
    face = _face(sale, reservation, claim, standing)
    return SalePage(
        sale=sale,
        face=face,
        standing=standing,
        viewer=viewer,
        token=tokens.issue(token) if token else "",
        reservation=reservation,
        claim=claim,
        addresses=_addresses(viewer) if face == Face.RESERVE else [],
        pay_choices=_pay_choices(viewer, claim) if face == Face.HELD else None,
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


def _claim(sale: SaleView, viewer: Profile | None) -> Claim | None:
    """The newest that was not refused: after a refusal the person may try again."""
    rows = Claim.objects.filter(sale_id=sale.id, person=viewer).exclude(state=ClaimState.REFUSED)
    return rows.select_related("sale", "unit", "order").order_by("-pk").first()


def _token(
    sale: SaleView, viewer: Profile | None, reservation: Reservation | None
) -> SaleToken | None:
    if viewer is None:
        return None
    return token_of(sale_id=sale.id, viewer=viewer, reservation=reservation, slots=sale.slots)


def _standing(
    sale: SaleView, token: SaleToken | None, reservation: Reservation | None, claim: Claim | None
) -> Standing:
    """PostgreSQL's word first; the gate is asked only about what it alone can know."""
    if claim is not None:
        return Standing(claim.state)
    if token is None:
        return Standing.NONE
    if reservation is None:
        asks = sale.phase in (Phase.RESERVING, Phase.READY)
        return admission.look(token).standing if asks else Standing.NOT_RESERVED
    if sale.phase in (Phase.LIVE, Phase.SOLD_OUT, Phase.PAUSED):
        return admission.look(token).standing
    return Standing.RESERVED


def _face(
    sale: SaleView, reservation: Reservation | None, claim: Claim | None, standing: Standing
) -> Face:
    if sale.phase == Phase.CANCELLED:
        return Face.OVER
    if claim is not None:
        return OF_CLAIM[ClaimState(claim.state)]
    if reservation is None:
        reserving = standing == Standing.RECEIVED
        return Face.UNDER_WAY if reserving else STRANGER[sale.phase]
    if standing in UNDER_WAY:
        return Face.UNDER_WAY
    return RESERVER[sale.phase]


def _addresses(viewer: Profile | None) -> list[Address]:
    return list(Address.objects.kept().filter(profile=viewer)) if viewer else []


def _pay_choices(viewer: Profile | None, claim: Claim | None) -> PayChoices | None:
    if viewer is None or claim is None or claim.order is None or claim.state not in UNPAID:
        return None
    return pay_choices(viewer, claim.order.total_minor)
