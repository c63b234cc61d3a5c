"""Two runs of the same day at once: each line is a row once, and its cost is booked once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from payments.models import AccountKind, BalanceLine
from payments.sandbox.server import Sandbox
from payments.services.reconciling import days
from socialcommerce.lib import clock
from tests.concurrency.payments.threads import at_once, without_constraint
from tests.factories.payments import balance_of
from tests.payments.sandbox_fixture import stripe_sandbox, stripe_sandbox_server

__all__ = ["stripe_sandbox", "stripe_sandbox_server"]

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def meeting_before_the_first_line(barrier: threading.Barrier) -> Iterator[None]:
    """Both have looked for what is there, and neither has written yet."""

    def meet(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if sql.startswith('INSERT INTO "payments_balanceline"'):
            barrier.wait(timeout=20)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meet):
        yield


def read_twice_at_once(sandbox: Sandbox) -> list[object]:
    for amount in (3, 4, 5):
        sandbox.control("fees", amount=amount)
    barrier = threading.Barrier(2)

    def read() -> int:
        with meeting_before_the_first_line(barrier):
            return days.run(clock.now().date(), now=clock.now())

    return at_once([read, read])


def test_each_line_is_a_row_once_and_its_cost_is_booked_once(stripe_sandbox: Sandbox) -> None:
    assert read_twice_at_once(stripe_sandbox) == [0, 0]
    assert BalanceLine.objects.count() == 3
    assert balance_of(AccountKind.COSTS) == -12


def test_without_the_constraint_each_line_is_two_rows(stripe_sandbox: Sandbox) -> None:
    with without_constraint("payments_balanceline", unique_of_lines()):
        read_twice_at_once(stripe_sandbox)
        assert BalanceLine.objects.count() == 6


def unique_of_lines() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid = 'payments_balanceline'::regclass AND contype = 'u'"
        )
        ((name,),) = cursor.fetchall()
    return str(name)
