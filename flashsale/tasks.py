"""Nudges. The stream is the queue; the controller asks for what nobody came for each second."""

from typing import Final

from celery import shared_task

from flashsale.intake import drains
from flashsale.models import Stream
from flashsale.services import conclusions, news, sales
from flashsale.services.line_up import programmes, reminders
from flashsale.services.watch import sweeps
from socialcommerce.lib import clock

DRAIN: Final = "drain"
REHEARSAL: Final = "rehearsal"
CHUNKS_MAX: Final = 20  # of news: some seconds' work


@shared_task(ignore_result=True)
def drain_reservations(*, sale_id: int, queue: str = DRAIN) -> None:
    """Received reservations are committed."""
    if not drains.drain(sale_id=sale_id, stream=Stream.RESERVATIONS, gathers=True).is_empty:
        again = {"sale_id": sale_id, "queue": queue}
        drain_reservations.apply_async(kwargs=again, queue=queue)


@shared_task(ignore_result=True)
def drain_claims(*, sale_id: int, queue: str = DRAIN) -> None:
    """Claims in line are held, paid or without stock."""
    if not drains.drain(sale_id=sale_id, stream=Stream.CLAIMS, gathers=True).is_empty:
        drain_claims.apply_async(kwargs={"sale_id": sale_id, "queue": queue}, queue=queue)


@shared_task(ignore_result=True)
def stop_payments(*, sale_id: int) -> None:
    """Card payments past their grace are cancelled at Stripe, so that their units can come back."""
    sweeps.stop_payments(sale_id=sale_id, now=clock.now())


@shared_task(ignore_result=True)
def tell_people(*, sale_id: int) -> None:
    """Holders and losers know, some thousands at a time; the controller asks for the rest."""
    for _chunk in range(CHUNKS_MAX):
        if not news.tell(sale_id=sale_id, now=clock.now()):
            break


@shared_task(ignore_result=True)
def wind_up(*, sale_id: int) -> None:
    """Orders of a cancelled sale are cancelled and refunded, some hundreds at a time."""
    sales.wind_up(sale_id=sale_id, limit=200, now=clock.now())


@shared_task(ignore_result=True)
def conclude_sales() -> None:
    """Passes are resolved, turns kept and records published, a bounded share at a time."""
    conclusions.conclude(now=clock.now())


@shared_task(ignore_result=True)
def plan_line_up() -> None:
    """The line-up's slots are written ahead, and an empty one that comes near has been heard of."""
    now = clock.now()
    programmes.plan(now=now)
    programmes.alarm(now=now)


@shared_task(ignore_result=True)
def send_reminders() -> None:
    """Sales that start soon are on their people's lists; a large crowd is told batch by batch."""
    if reminders.send(now=clock.now()):
        send_reminders.delay()
