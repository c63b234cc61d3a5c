"""What one person of the crowd does: reserve, come, claim, wait, pay. As a page's script would."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections

from accounts.models import Profile
from flashsale.gate import admission
from flashsale.gate.admission import Answer, Wishes
from flashsale.models import Reservation
from flashsale.rehearsal.cast import Extra
from flashsale.rehearsal.journal import DECIDED, Journal
from flashsale.services import claims
from flashsale.standings import Standing
from flashsale.tokens import Receipt, SaleToken
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Problem

ASK_SECONDS: Final = 0.5  # how often one asks what became of a claim
OVER: Final = frozenset(
    {
        Standing.EXPIRED,
        Standing.NO_STOCK,
        Standing.SOLD_OUT,
        Standing.ENDED,
        Standing.REFUSED,
        Standing.REFUNDED,
        Standing.CANCELLED,
        Standing.RESERVE_LATE,
        Standing.NOT_RESERVED,
        Standing.NOT_INVITED,
    }
)
LOST: Final = frozenset({Standing.NO_STOCK, Standing.SOLD_OUT})


class Act(Enum):
    RESERVE = auto()
    AWAIT_NUMBER = auto()
    CLAIM = auto()
    AWAIT_UNIT = auto()
    PAY = auto()
    DONE = auto()


@dataclass(slots=True)
class Plan:
    """What a person is going to do. Moments are `time.monotonic()` seconds."""

    extra: Extra
    lot_id: int
    reserves_at: float
    claims_at: float
    waves_at: tuple[float, ...]
    consents: bool
    pays: bool


@dataclass(slots=True)
class Guest:
    """One person with what their browser keeps: token, receipt, where they are."""

    sale_id: int
    slots: int
    plan: Plan
    journal: Journal
    is_draw: bool = False
    number: int = 0
    slot: int = 1
    act: Act = Act.RESERVE
    receipt: Receipt | None = None

    def step(self) -> float | None:
        """One request was made and its answer written down; when to go on, None for never.

        Not asked again of somebody who is done.
        """
        try:
            return {
                Act.RESERVE: self._reserve,
                Act.AWAIT_NUMBER: self._await_number,
                Act.CLAIM: self._claim,
                Act.AWAIT_UNIT: self._await_unit,
                Act.PAY: self._pay,
            }[self.act]()
        except AnyDatabaseError:
            close_old_connections()
            self.journal.error()
            return _soon()

    def _reserve(self) -> float | None:
        wishes = Wishes(
            self.plan.lot_id, self.plan.extra.address_id, self.plan.consents, share=False
        )
        answer = self._ask("reserve", lambda: admission.reserve(self._token(), wishes))
        if answer.standing in (Standing.RECEIVED, Standing.RESERVED):
            self.act = Act.AWAIT_NUMBER
        elif answer.standing == Standing.RESERVE_LATE:
            self.act = Act.DONE
            return None
        return _after(answer)

    def _await_number(self) -> float | None:
        answer = self._ask("look", lambda: admission.look(self._token()))
        if answer.standing == Standing.RESERVED:
            known = answer.result.number if answer.result else ""
            self.number = int(known or 0) or self._number_of_the_page()
            self.act = Act.AWAIT_UNIT if self.is_draw else Act.CLAIM
            return self.plan.claims_at
        if answer.standing == Standing.NONE:
            self.act = Act.RESERVE
        return self._unless_over(answer)

    def _claim(self) -> float | None:
        answer = self._ask(
            "claim",
            lambda: admission.claim(self._token(), slot=self.slot, earlier=self.receipt),
        )
        if answer.receipt is not None:
            self.receipt = answer.receipt
        if answer.standing == Standing.IN_LINE or answer.standing in DECIDED:
            self.act = Act.AWAIT_UNIT
        return self._unless_over(answer)

    def _await_unit(self) -> float | None:
        answer = self._ask("look", lambda: admission.look(self._token(), slot=self.slot))
        if answer.standing in (Standing.HELD, Standing.PAID):
            held = answer.standing == Standing.HELD
            self.act = Act.PAY if held and self.plan.pays else Act.DONE
            return self._next_slot() if self.act is Act.DONE else _soon()
        if answer.standing in (Standing.NONE, Standing.RESTORING) and not self.is_draw:
            self.act = Act.CLAIM
        return self._unless_over(answer)

    def _pay(self) -> float | None:
        person = Profile.objects.get(pk=self.plan.extra.profile_id)
        try:
            claims.pay(
                sale_id=self.sale_id,
                person=person,
                method="wallet",
                instrument_id=None,
                key=secrets.token_hex(16),
                return_url="/",
                now=clock.now(),
                slot=self.slot,
            )
        except Problem:
            self.plan.pays = False  # too late, or paid already: the next look says which
        self.act = Act.AWAIT_UNIT
        return _soon()

    def _next_slot(self) -> float | None:
        if self.slot >= self.slots or self.is_draw:
            return None
        self.slot, self.receipt, self.act = self.slot + 1, None, Act.CLAIM
        return _soon()

    def _unless_over(self, answer: Answer) -> float | None:
        if answer.standing not in OVER:
            return _after(answer)
        if answer.standing in LOST and (wave := self._next_wave()) is not None:
            self.act, self.receipt = Act.AWAIT_UNIT if self.is_draw else Act.CLAIM, None
            return wave
        self.act = Act.DONE
        return None

    def _next_wave(self) -> float | None:
        """When whoever came and lost is invited next."""
        now = time.monotonic()
        return next((at for at in self.plan.waves_at if at > now), None)

    def _ask(self, what: str, request: Callable[[], Answer]) -> Answer:
        began = time.perf_counter()
        answer = request()
        ms = (time.perf_counter() - began) * 1000
        slot = 0 if self.act in (Act.RESERVE, Act.AWAIT_NUMBER) else self.slot
        self.journal.write(self.plan.extra.profile_id, slot, what, answer, ms=ms)
        return answer

    def _token(self) -> SaleToken:
        return SaleToken(
            self.sale_id, self.plan.extra.profile_id, self.number, self.plan.lot_id, self.slots
        )

    def _number_of_the_page(self) -> int:
        """The sale's page reads it from PostgreSQL where the gate no longer knows."""
        mine = Reservation.objects.filter(
            sale_id=self.sale_id, person_id=self.plan.extra.profile_id
        )
        return mine.values_list("number", flat=True).get()


def _soon() -> float:
    return time.monotonic() + ASK_SECONDS


def _after(answer: Answer) -> float:
    """When the answer says so, at least a moment later."""
    return time.monotonic() + max(ASK_SECONDS, answer.wait_us / 1_000_000)
