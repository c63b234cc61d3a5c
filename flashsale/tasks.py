"""Nudges. The stream is the queue; the controller asks for what nobody came for each second."""

from celery import shared_task

from flashsale.intake import drains
from flashsale.models import Stream
from flashsale.services import sales, sweeps
from socialcommerce.lib import clock


@shared_task(ignore_result=True)
def drain_reservations(*, sale_id: int) -> None:
    """Received reservations are committed."""
    if not drains.drain(sale_id=sale_id, stream=Stream.RESERVATIONS).is_empty:
        drain_reservations.delay(sale_id=sale_id)


@shared_task(ignore_result=True)
def drain_claims(*, sale_id: int) -> None:
    """Claims in line are held, paid or without stock."""
    if not drains.drain(sale_id=sale_id, stream=Stream.CLAIMS).is_empty:
        drain_claims.delay(sale_id=sale_id)


@shared_task(ignore_result=True)
def stop_payments(*, sale_id: int) -> None:
    """Card payments past their grace are cancelled at Stripe, so that their units can come back."""
    sweeps.stop_payments(sale_id=sale_id, now=clock.now())


@shared_task(ignore_result=True)
def wind_up(*, sale_id: int) -> None:
    """Orders of a cancelled sale are cancelled and refunded, some hundreds at a time."""
    sales.wind_up(sale_id=sale_id, limit=200, now=clock.now())
