"""Draws made up for tests: entered, sealed, drawn, all through the services that really do it."""

import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from accounts.models import Profile
from flashsale.models import Claim, Sale, SaleKind
from flashsale.proof import verify_sale
from flashsale.services import conclusions
from flashsale.services.fairness import draws, records, seals
from flashsale.services.watch import controller
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

SCRIPT = Path(verify_sale.__file__)


def entered(*, people: int, units: int = 3, **fields: object) -> tuple[Sale, list[sales.Person]]:
    """A draw that so many people have reserved for, while it is still possible."""
    sale = sales.approved_sale(units=units, kind=SaleKind.DRAW, **fields)
    sales.open_gate(sale)
    return sale, sales.crowd(sale, people)


def close(sale: Sale) -> None:
    """Reservations have been closed for a while and the sale has just started."""
    now = clock.now()
    Sale.objects.filter(pk=sale.pk).update(
        reserve_opens_at=now - timedelta(hours=1),
        reserve_closes_at=now - timedelta(seconds=5),
        starts_at=now - timedelta(seconds=1),
    )
    sales.reopen_gate(sale)


def seal(sale: Sale) -> None:
    """The list is closed and sealed."""
    close(sale)
    assert seals.seal(sale, now=clock.now())


def draw(sale: Sale) -> None:
    """The list is sealed and every unit has been drawn for."""
    seal(sale)
    assert draws.allocate(sale, now=clock.now())


def end(sale: Sale) -> None:
    """The time is over, unpaid units went back, the sale is settled and its record published."""
    now = clock.now()
    Claim.objects.filter(sale=sale, state="held").update(held_until=now - timedelta(seconds=1))
    Sale.objects.filter(pk=sale.pk).update(ends_at=now - timedelta(milliseconds=1))
    sales.reopen_gate(sale)
    for _second in range(3):
        controller.Controller().tick(now=clock.now())
    sale.refresh_from_db()
    assert sale.state == "settled"
    conclusions.conclude(now=clock.now())
    sale.refresh_from_db()


def record(sale: Sale) -> bytes:
    """What anybody can download."""
    sale.refresh_from_db()
    return b"".join(records.published(sale))


def check(*files: Path) -> "subprocess.CompletedProcess[str]":
    """The script as a stranger runs it: an own process, no Django, no environment."""
    command = [sys.executable, "-I", str(SCRIPT), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={})


def winners(sale: Sale) -> set[int]:
    """Numbers of the reservations that have a unit, as PostgreSQL knows it."""
    claims = Claim.objects.filter(sale=sale, state__in=["held", "paying", "paid"])
    return set(claims.values_list("reservation__number", flat=True))


def profiles(people: Iterable[sales.Person]) -> list[Profile]:
    return [Profile.objects.get(pk=person.profile_id) for person in people]
