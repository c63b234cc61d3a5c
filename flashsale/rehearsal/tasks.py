"""The one task of rehearsals, in a queue of their own: a sale's drains never wait behind it."""

from celery import shared_task

from flashsale.rehearsal import runs
from flashsale.tasks import REHEARSAL


@shared_task(ignore_result=True, queue=REHEARSAL)
def rehearse(*, rehearsal_id: int) -> None:
    """The rehearsal has been played. Delivered again it finds that it has begun."""
    runs.run(rehearsal_id=rehearsal_id)
