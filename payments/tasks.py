"""Nudges and sweeps. Each does a bounded share; the next beat does the rest."""

from celery import shared_task

from payments.services import (
    folding,
    holds,
    ledger,
    payouts,
    proof,
    reserves,
    stripe_events,
    sweeps,
)
from socialcommerce.lib import clock

A_RUN = 50  # rows: each may wait ten seconds for Stripe


@shared_task
def drive_stuck() -> None:
    sweeps.drive_stuck(now=clock.now(), limit=A_RUN)


@shared_task
def drive_refunds() -> None:
    sweeps.drive_refunds(now=clock.now(), limit=A_RUN)


@shared_task
def run_payouts() -> None:
    payouts.run(now=clock.now(), limit=A_RUN)


@shared_task
def drive_payouts() -> None:
    sweeps.drive_payouts(now=clock.now(), limit=A_RUN)


@shared_task
def free_reserves() -> None:
    reserves.free_due(now=clock.now(), limit=A_RUN)


@shared_task
def process_events() -> None:
    stripe_events.process_due(now=clock.now(), limit=A_RUN)


@shared_task
def fold_accruals() -> None:
    folding.fold_some()


@shared_task
def void_expired_holds() -> None:
    holds.void_expired(now=clock.now())


@shared_task
def verify_ledger() -> None:
    """Differences become rows for the operator; nothing repairs itself."""
    proof.record(ledger.verify(), now=clock.now())
