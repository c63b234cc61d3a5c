"""Nudges and sweeps. Each does a bounded share; the next beat does the rest."""

from celery import shared_task

from payments.services import (
    card_care,
    folding,
    holds,
    ledger,
    payouts,
    proof,
    reserves,
    stripe_events,
    sweeps,
)
from payments.services.disputing import deadlines
from payments.services.gift_cards import ending
from payments.services.reconciling import days
from socialcommerce.lib import clock

A_RUN = 50  # rows: each may wait ten seconds for Stripe
DAYS_A_RUN = 7  # of Stripe's list: after a week without us the next hour reads on


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
def drive_disputes() -> None:
    sweeps.drive_disputes(now=clock.now(), limit=A_RUN)


@shared_task
def remind_of_disputes() -> None:
    deadlines.remind_due(now=clock.now(), limit=A_RUN)


@shared_task
def end_gift_cards() -> None:
    ending.end_due(now=clock.now(), limit=A_RUN)


@shared_task
def process_events() -> None:
    stripe_events.process_due(now=clock.now(), limit=A_RUN)


@shared_task
def warn_of_expiring_cards() -> None:
    card_care.warn(now=clock.now(), limit=1_000)


@shared_task
def catch_up_with_events() -> None:
    stripe_events.catch_up(now=clock.now())


@shared_task
def reconcile() -> None:
    days.run_due(now=clock.now(), limit=DAYS_A_RUN)


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
