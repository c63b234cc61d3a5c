"""The operator site shows money and changes none; the proof has a command and a nightly row."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments import migrations, tasks
from payments.models import Account, AccountKind, LedgerDifference, LedgerTransaction
from payments.services import escrow, ledger, proof
from socialcommerce.lib import clock
from tests.factories.payments import available, escrow_of, give_money, pay, site_account

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
BOOKS = [
    "account",
    "ledgertransaction",
    "hold",
    "payment",
    "refund",
    "ledgerdifference",
    "stripeevent",
]


@pytest.fixture
def operator(bob: User) -> User:
    bob.is_operator = True
    bob.save()
    return bob


@pytest.mark.parametrize("book", BOOKS)
def test_each_book_opens_and_nothing_can_be_added(
    book: str, operator: User, alice: User, client_of: ClientOf
) -> None:
    give_money(alice.profile, 100)
    browser = client_of(operator)
    assert browser.get(reverse(f"operator:payments_{book}_changelist")).status_code == 200
    assert browser.get(reverse(f"operator:payments_{book}_add")).status_code == 403


def test_a_transaction_is_shown_with_its_legs_and_not_changed(
    operator: User, alice: User, client_of: ClientOf
) -> None:
    give_money(alice.profile, 100)
    booked = LedgerTransaction.objects.get()
    url = reverse("operator:payments_ledgertransaction_change", args=[booked.pk])
    browser = client_of(operator)
    assert "site:equity" in browser.get(url).content.decode()
    assert browser.post(url, {"memo": "mine"}).status_code == 403


def test_people_who_are_no_operators_do_not_come_in(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).get(reverse("operator:payments_account_changelist"))
    assert answer.status_code in {302, 403, 404}


def test_the_command_proves_the_books(alice: User) -> None:
    give_money(alice.profile, 100)
    out = StringIO()
    call_command("ledger_verify", stdout=out)
    assert "The books prove: 1 transactions, 2 accounts." in out.getvalue()


def test_the_command_fails_on_a_difference(alice: User) -> None:
    give_money(alice.profile, 100)
    with transaction.atomic():
        Account.objects.filter(kind="wallet").update(posted_minor=99)
        out = StringIO()
        with pytest.raises(CommandError, match="2 differences"):
            call_command("ledger_verify", stdout=out)
        assert "expected 100, is 99" in out.getvalue()
        transaction.set_rollback(True)


def test_a_difference_is_one_row_until_it_is_worked_off(
    alice: User, operator: User, client_of: ClientOf
) -> None:
    found = [ledger.Difference("balance", "profile:1:wallet USD", "1", "2")]
    assert proof.record(found, now=clock.now()) == 1
    assert proof.record(found, now=clock.now()) == 0
    row = LedgerDifference.objects.get()
    url = reverse("operator:payments_ledgerdifference_changelist")
    chosen = {"action": "resolve", "_selected_action": [row.pk]}
    browser = client_of(operator)
    assert "Why?" in browser.post(url, chosen).content.decode()
    row.refresh_from_db()
    assert row.resolved_at is None
    assert browser.post(url, {**chosen, "reason": ""}).status_code == 422
    browser.post(url, {**chosen, "reason": "a restored copy"})
    row.refresh_from_db()
    assert (row.resolved_by, row.reason) == (operator, "a restored copy")
    assert LogEntry.objects.get().change_message == "a restored copy"
    assert proof.record(found, now=clock.now()) == 1


def test_the_nightly_proof_of_right_books_leaves_no_row(alice: User) -> None:
    give_money(alice.profile, 100)
    tasks.verify_ledger()
    tasks.fold_accruals()
    tasks.void_expired_holds()
    assert not LedgerDifference.objects.exists()


def test_escrow_is_released_once_less_the_fee(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    for _repeat in range(2):
        escrow.release(payment_id=payment.pk, fee_minor=30, now=clock.now())
    fees = site_account(AccountKind.FEES)
    assert (available(bob.profile), escrow_of(bob.profile)) == (970, 0)
    assert fees.accruals.get().amount_minor == 30


@pytest.mark.parametrize("fee_minor", [-1, 1_001])
def test_a_fee_that_does_not_fit_is_refused(fee_minor: int, alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    with pytest.raises(ledger.BadEntry):
        escrow.release(payment_id=payment.pk, fee_minor=fee_minor, now=clock.now())


def test_the_promises_can_be_taken_back_and_made_again() -> None:
    folder = Path(migrations.__path__[0])
    backwards = sorted(folder.glob("*_back.sql"), reverse=True)
    forwards = [path.with_name(path.name.replace("_back", "")) for path in reversed(backwards)]
    with transaction.atomic(), connection.cursor() as cursor:
        for path in (*backwards, *forwards):
            cursor.execute(path.read_text())
        transaction.set_rollback(True)
