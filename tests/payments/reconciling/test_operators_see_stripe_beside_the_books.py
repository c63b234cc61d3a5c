"""The page of figures, the lists, the command, and the task of each hour."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from payments import tasks
from payments.models import BalanceDay, LedgerDifference, Payment
from payments.services import proof
from socialcommerce.lib import clock
from tests.payments.reconciling.conftest import reconcile

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
BESIDE = "operator:payments_balanceday_beside"


@pytest.fixture
def operator(mallory: User, client_of: ClientOf) -> Client:
    mallory.is_operator = True
    mallory.save()
    return client_of(mallory)


def test_the_figures_stand_on_a_page(sale: Payment, operator: Client) -> None:
    reconcile(2)
    page = operator.get(reverse(BESIDE)).content.decode()
    for words in ("USD", "$9.41", "Clearing age", "Completeness", "100.00 %", "missing there"):
        assert words in page


def test_before_the_first_day_the_page_says_so(operator: Client) -> None:
    assert "No day" in operator.get(reverse(BESIDE)).content.decode()


def test_nobody_else_sees_it(alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).get(reverse(BESIDE)).status_code in {302, 403, 404}


@pytest.mark.parametrize("book", ["balanceday", "balanceline"])
def test_each_list_opens_and_takes_nothing(book: str, sale: Payment, operator: Client) -> None:
    reconcile(2)
    assert operator.get(reverse(f"operator:payments_{book}_changelist")).status_code == 200
    assert operator.get(reverse(f"operator:payments_{book}_add")).status_code == 403


def test_a_day_is_read_again_by_an_operator_and_logged(sale: Payment, operator: Client) -> None:
    reconcile(1)
    chosen = {"action": "read_again", "_selected_action": [BalanceDay.objects.get().pk]}
    answer = operator.post(reverse("operator:payments_balanceday_changelist"), chosen, follow=True)
    assert "0 new differences." in answer.content.decode()
    assert LogEntry.objects.get().change_message == "read again"


def test_without_stripe_the_operator_reads_why(
    sale: Payment, operator: Client, settings: Settings
) -> None:
    reconcile(1)
    settings.STRIPE_SECRET_KEY = ""
    chosen = {"action": "read_again", "_selected_action": [BalanceDay.objects.get().pk]}
    answer = operator.post(reverse("operator:payments_balanceday_changelist"), chosen, follow=True)
    assert "STRIPE_SECRET_KEY is empty" in answer.content.decode()
    index = operator.get(reverse("operator:index")).content.decode()
    assert "could not be read" in index


def test_what_is_a_matter_of_time_waits_for_nobody(operator: Client) -> None:
    def index_after(kind: str) -> str:
        proof.record([proof.Difference(kind, kind, "-5.00 USD", "nothing")], now=clock.now())
        return operator.get(reverse("operator:index")).content.decode()

    assert "differences in the books" not in index_after("timing")
    assert "differences in the books" in index_after("missing there")


def test_the_command_says_how_the_two_stand(sale: Payment) -> None:
    out = StringIO()
    call_command("reconcile", day=clock.now().date(), stdout=out)
    assert "USD: books 9.41, Stripe 9.41, unmatched 0 (0.00), complete 100.00 %" in out.getvalue()


def test_the_command_fails_while_something_is_apart(sale: Payment) -> None:
    found = [proof.Difference("missing there", "payout 7", "-5.00 USD", "nothing")]
    proof.record(found, now=clock.now())
    out = StringIO()
    with pytest.raises(CommandError, match="1 difference"):
        call_command("reconcile", day=clock.now().date(), stdout=out)
    assert "missing there: payout 7: expected -5.00 USD, is nothing" in out.getvalue()


def test_the_command_fails_without_stripe(sale: Payment, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CommandError, match="What was read is kept"):
        call_command("reconcile", day=clock.now().date())


def test_the_task_reads_what_is_due(sale: Payment) -> None:
    tasks.reconcile()
    assert not LedgerDifference.objects.exists()
    assert not BalanceDay.objects.exists()  # the first day is not over
