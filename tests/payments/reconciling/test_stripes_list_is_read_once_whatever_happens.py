"""Pages that change between calls, the same day twice, Stripe away in the middle, odd lines."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from pytest_django import Settings

from payments.gateway.client import client as stripe_client
from payments.models import AccountKind, BalanceDay, BalanceLine, LedgerDifference, Payment
from payments.sandbox.server import Sandbox
from payments.services.reconciling import days
from socialcommerce.lib import clock
from tests.factories.payments import balance_of
from tests.payments.reconciling.conftest import later, open_rows, reconcile, usd

pytestmark = pytest.mark.django_db
PAGES = 230  # lines; a page has a hundred


def take_fees(sandbox: Sandbox, count: int) -> None:
    for _fee in range(count):
        sandbox.control("fees", amount=5)


class OnFirstPage:
    """Does something once, when the first lines are written."""

    def __init__(self, do: Callable[[], object]) -> None:
        self.do: Callable[[], object] | None = do

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        result = execute(sql, params, many, context)
        if self.do is not None and sql.startswith('INSERT INTO "payments_balanceline"'):
            do, self.do = self.do, None
            do()
        return result


def listed_ids() -> set[str]:
    lines = stripe_client().v1.balance_transactions.list({"limit": 100})
    return {line.id for line in lines.auto_paging_iter()}


def stored_ids() -> set[str]:
    return set(BalanceLine.objects.values_list("stripe_id", flat=True))


def test_every_line_of_every_page_is_a_row(sale: Payment, stripe_sandbox: Sandbox) -> None:
    take_fees(stripe_sandbox, PAGES)
    reconcile()
    assert stored_ids() == listed_ids()
    assert BalanceLine.objects.count() == PAGES + 1
    assert balance_of(AccountKind.COSTS) == -(5 * PAGES + 59)


def test_lines_that_come_in_between_two_pages_are_met_too(
    sale: Payment, stripe_sandbox: Sandbox
) -> None:
    take_fees(stripe_sandbox, PAGES)
    meanwhile = OnFirstPage(lambda: take_fees(stripe_sandbox, PAGES))
    with connection.execute_wrapper(meanwhile):
        days.run(clock.now().date(), now=later(2))
    assert meanwhile.do is None
    assert stored_ids() == listed_ids()


def test_what_was_read_stays_when_stripe_goes_away_and_the_next_run_goes_on(
    sale: Payment, stripe_sandbox: Sandbox, settings: Settings
) -> None:
    take_fees(stripe_sandbox, PAGES)
    secret_key = settings.STRIPE_SECRET_KEY

    def go_away() -> None:
        settings.STRIPE_SECRET_KEY = ""

    with connection.execute_wrapper(OnFirstPage(go_away)):
        assert reconcile(1) == 0
    day = BalanceDay.objects.get()
    assert (BalanceLine.objects.count(), day.completed_at) == (100, None)
    assert "STRIPE_SECRET_KEY" in day.trouble
    settings.STRIPE_SECRET_KEY = secret_key
    assert reconcile(1) == 1
    day.refresh_from_db()
    assert (stored_ids(), day.trouble) == (listed_ids(), "")
    assert day.completed_at is not None
    assert balance_of(AccountKind.COSTS) == -(5 * PAGES + 59)


def test_the_same_day_again_changes_nothing(sale: Payment, stripe_sandbox: Sandbox) -> None:
    take_fees(stripe_sandbox, 3)
    reconcile()
    before = (stored_ids(), usd(), LedgerDifference.objects.count())
    for _again in range(2):
        days.run(clock.now().date(), now=later(2))
    assert (stored_ids(), usd(), LedgerDifference.objects.count()) == before


def test_a_day_without_lines_is_read_and_done(sale: Payment) -> None:
    assert reconcile(4) == 4
    assert BalanceDay.objects.exclude(completed_at=None).count() == 4
    assert BalanceLine.objects.count() == 1


def test_before_the_first_card_money_there_is_nothing_to_read(stripe_sandbox: Sandbox) -> None:
    assert reconcile() == 0
    assert not BalanceDay.objects.exists()


def test_the_last_days_are_read_once_more_each_day(sale: Payment, stripe_sandbox: Sandbox) -> None:
    assert (reconcile(2), reconcile(2)) == (2, 0)
    take_fees(stripe_sandbox, 1)  # listed late: its day has been read
    assert reconcile(3) == 3
    assert BalanceLine.objects.count() == 2
    assert reconcile(20) == 17  # and the first days no more


def test_a_day_that_is_not_over_is_read_so_far(sale: Payment) -> None:
    days.run(clock.now().date(), now=clock.now())
    assert BalanceDay.objects.get().completed_at is None
    assert BalanceLine.objects.count() == 1


def test_a_line_that_changes_its_currency_stays_as_it_was_told_and_is_seen(
    sale: Payment, stripe_sandbox: Sandbox
) -> None:
    reconcile()
    line = BalanceLine.objects.get()
    stripe_sandbox.control(f"balance_transactions/{line.stripe_id}", currency="eur")
    reconcile(3)
    assert open_rows() == {f"line {line.stripe_id} was told anew": "currency"}
    row = LedgerDifference.objects.get()
    assert (row.expected, row.actual) == ("USD", "EUR")
    line.refresh_from_db()
    assert line.currency == "USD"


def test_a_line_without_an_exact_form_here_is_seen_and_keeps_no_other_back(
    sale: Payment, stripe_sandbox: Sandbox
) -> None:
    take_fees(stripe_sandbox, 2)
    odd = stripe_client().v1.balance_transactions.list({"limit": 1}).data[0].id
    stripe_sandbox.control(f"balance_transactions/{odd}", currency="xts")
    reconcile()
    assert open_rows() == {f"line {odd}": "unreadable"}
    assert stored_ids() == listed_ids() - {odd}


@pytest.mark.parametrize(
    "act", [lambda lines: lines.update(amount_minor=1), lambda lines: lines.delete()]
)
def test_the_database_keeps_a_line_as_it_was_told(
    act: Callable[[QuerySet[BalanceLine]], object], sale: Payment
) -> None:
    reconcile()
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        act(BalanceLine.objects.all())
