"""The one task of rehearsals, in a queue of their own: a sale's drains never wait behind it."""

from celery import shared_task

from flashsale.rehearsal import runs


@shared_task(ignore_result=True)
def rehearse(*, rehearsal_id: int) -> None:
    """The rehearsal has been played. Delivered again it finds that it has begun."""
    runs.run(rehearsal_id=rehearsal_id)
