"""The row is the queue; these come by on a schedule and take a bounded number of rows."""

from celery import shared_task

from shop.services import sweeps
from socialcommerce.lib import clock

SWEEP_ROWS = 200  # a sweep of this size stays within seconds


@shared_task(name="shop.tasks.expire_unpaid")
def expire_unpaid() -> int:
    return sweeps.expire_unpaid(now=clock.now(), limit=SWEEP_ROWS)


@shared_task(name="shop.tasks.complete_received")
def complete_received() -> int:
    return sweeps.complete_received(now=clock.now(), limit=SWEEP_ROWS)
