"""Each trigger and constraint of the ledger, tried with bare SQL from beside the code."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import User
from payments.models import Account, AccountKind, Accrual, Hold, LedgerTransaction, Transfer
from payments.services import chart, holds, ledger
from socialcommerce.lib import clock
from tests.factories.payments import give_money, site_account, wallet_of

pytestmark = pytest.mark.django_db
LEDGER_TABLES = ["account", "ledgertransaction", "transfer", "accrual", "hold"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_transfer SET amount_minor = amount_minor + 1",
        "DELETE FROM payments_transfer",
        "UPDATE payments_ledgertransaction SET memo = 'other'",
        "DELETE FROM payments_ledgertransaction",
        "UPDATE payments_accrual SET amount_minor = amount_minor + 1",
        "DELETE FROM payments_account",
        "UPDATE payments_account SET owner = owner || 'x'",
        "UPDATE payments_account SET kind = 'fees' WHERE kind = 'wallet'",
        "UPDATE payments_account SET accrues = NOT accrues",
    ],
)
def test_what_is_posted_stays_posted(statement: str, alice: User) -> None:
    give_money(alice.profile, 100)
    with (
        pytest.raises(DatabaseError, match="posted rows never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("table", LEDGER_TABLES)
def test_no_ledger_table_is_truncated(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plaza.may_truncate = 'off'")
        with pytest.raises(DatabaseError, match="TRUNCATE"), transaction.atomic():
            cursor.execute(f"TRUNCATE payments_{table} CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_sealed_transaction_takes_no_late_line(alice: User, bob: User) -> None:
    give_money(alice.profile, 100)
    booked = LedgerTransaction.objects.get()
    with pytest.raises(DatabaseError, match="sealed"):
        Transfer.objects.create(
            transaction=booked,
            from_account=wallet_of(alice.profile),
            to_account=wallet_of(bob.profile),
            amount_minor=1,
            currency="USD",
        )


def test_a_leg_has_the_currency_of_both_accounts(alice: User) -> None:
    give_money(alice.profile, 100)
    yen = chart.wallet(alice.profile.pk, "JPY")
    with pytest.raises(IntegrityError, match="payments_transfer_to_account"), transaction.atomic():
        Transfer.objects.create(
            transaction=LedgerTransaction.objects.get(),
            from_account=wallet_of(alice.profile),
            to_account=yen,
            amount_minor=1,
            currency="USD",
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"posted_minor": -1}, "payments_account_floor"),
        ({"held_minor": 101}, "payments_account_floor"),
        ({"held_minor": -1}, "payments_account_held"),
    ],
)
def test_an_account_keeps_its_floor(change: dict[str, int], constraint: str, alice: User) -> None:
    give_money(alice.profile, 100)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Account.objects.filter(pk=wallet_of(alice.profile).pk).update(**change)


@pytest.mark.parametrize("amount_minor", [0, -5])
def test_an_amount_is_above_zero(amount_minor: int, alice: User, bob: User) -> None:
    give_money(alice.profile, 100)
    with pytest.raises(IntegrityError, match="payments_transfer_amount"), transaction.atomic():
        Transfer.objects.create(
            transaction=LedgerTransaction.objects.get(),
            from_account=wallet_of(alice.profile),
            to_account=wallet_of(bob.profile),
            amount_minor=amount_minor,
            currency="USD",
        )


def test_nothing_goes_from_an_account_to_itself(alice: User) -> None:
    give_money(alice.profile, 100)
    with pytest.raises(IntegrityError, match="two_accounts"), transaction.atomic():
        Transfer.objects.create(
            transaction=LedgerTransaction.objects.get(),
            from_account=wallet_of(alice.profile),
            to_account=wallet_of(alice.profile),
            amount_minor=1,
            currency="USD",
        )


def test_a_resolved_hold_stays_resolved(alice: User) -> None:
    give_money(alice.profile, 100)
    now = clock.now()
    with transaction.atomic():
        hold = holds.place(
            account_id=wallet_of(alice.profile).pk,
            amount_minor=40,
            key="h",
            expires_at=now,
            now=now,
        )
        holds.void(hold_id=hold.pk, now=now)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(state="pending")
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).delete()


def test_an_accrual_of_nothing_is_refused() -> None:
    equity = site_account(AccountKind.EQUITY)
    with pytest.raises(IntegrityError, match="accrual_amount"), transaction.atomic():
        Accrual.objects.create(account=equity, amount_minor=0)


def breaches() -> dict[str, str]:
    """What the proof finds to each way of breaking the books."""
    return {
        "balance": "UPDATE payments_account SET posted_minor = posted_minor + 1",
        "global sum": "DELETE FROM payments_accrual",
        "held": "UPDATE payments_account SET held_minor = held_minor + 1 WHERE kind = 'wallet'",
        "sealed": "ALTER TABLE payments_transfer DISABLE TRIGGER USER;"
        " DELETE FROM payments_transfer;"
        " ALTER TABLE payments_transfer ENABLE TRIGGER USER",
    }


@pytest.mark.parametrize("kind", breaches())
def test_the_proof_finds_each_breach(kind: str, alice: User) -> None:
    give_money(alice.profile, 100)
    assert ledger.verify() == []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(breaches()[kind])
        assert kind in {found.kind for found in ledger.verify()}
        transaction.set_rollback(True)


def test_the_proof_finds_an_escrow_that_payments_do_not_explain(alice: User, bob: User) -> None:
    give_money(alice.profile, 100)
    with transaction.atomic():
        escrow = chart.escrow(bob.profile.pk, "USD")
        leg = ledger.Leg(wallet_of(alice.profile).pk, escrow.pk, 60)
        ledger.post(kind="odd", scope="test", key="odd", legs=[leg], now=clock.now())
        (found,) = ledger.verify()
        assert (found.kind, found.expected, found.actual) == ("escrow", "0", "60")
        transaction.set_rollback(True)


def test_an_account_moves_by_its_balance_alone(alice: User) -> None:
    """The triggers refuse names, not money: the ledger itself must pass."""
    give_money(alice.profile, 100)
    with transaction.atomic():
        Account.objects.filter(pk=wallet_of(alice.profile).pk).update(
            posted_minor=F("posted_minor") + 1
        )
        transaction.set_rollback(True)
