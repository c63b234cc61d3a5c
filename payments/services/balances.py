"""The rows under the ledger: locked in id order, folded, moved. Called by ledger and holds only.

Lock rules. Accounts come last in the project's one lock order and among themselves by id,
FOR NO KEY UPDATE (a new transfer's foreign key must not wait). A credit to an account that
accrues takes no lock. A debit against a floor locks the account first, then folds its
accruals, and only if the posted balance alone does not suffice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import arrays, guards
from socialcommerce.lib.problems import Problem


class InsufficientFunds(Problem):
    """The account would fall below its floor; `short_minor` is missing. Nothing has moved."""

    code = "insufficient-funds"
    status = 409
    title = _("There is not enough money for that")


@dataclass(slots=True)
class Balance:
    """A locked account's row as it is now, in minor units."""

    account_id: int
    posted_minor: int
    held_minor: int
    floor_minor: int | None
    accrues: bool

    def short_of(self, amount_minor: int) -> int:
        """How much is missing to take `amount_minor`; zero or less if it is there."""
        if self.floor_minor is None:
            return 0
        return amount_minor - (self.posted_minor - self.held_minor - self.floor_minor)


@dataclass(frozen=True, slots=True)
class Nature:
    """What never changes about an account."""

    currency: str
    floor_minor: int | None
    accrues: bool


def read(account_ids: Iterable[int]) -> dict[int, Nature]:
    """The accounts that are there, by id; unlocked. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, currency, floor_minor, accrues FROM payments_account"
            " WHERE id = ANY(%s::bigint[])",
            [arrays.integers(set(account_ids))],
        )
        return {row[0]: Nature(*row[1:]) for row in cursor.fetchall()}


def lock(account_ids: Iterable[int]) -> dict[int, Balance]:
    """The accounts are locked in id order until the transaction ends."""
    ids = list(dict.fromkeys(account_ids))
    order = "id" if guards.is_on("ledger.lock_order") else "array_position(%(ids)s::bigint[], id)"
    mode = "FOR NO KEY UPDATE" if guards.is_on("ledger.lock") else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, posted_minor, held_minor, floor_minor, accrues FROM payments_account"  # noqa: S608  two fixed words
            f" WHERE id = ANY(%(ids)s::bigint[]) ORDER BY {order} {mode}",
            {"ids": arrays.integers(ids)},
        )
        return {row[0]: Balance(*row) for row in cursor.fetchall()}


def cover(balances: Iterable[Balance], debits: Mapping[int, int]) -> None:
    """Every debit (account id -> minor units) is covered, accruals folded where needed.

    Raises InsufficientFunds.
    """
    for balance in balances:
        amount_minor = debits.get(balance.account_id, 0)
        if amount_minor > 0 and balance.short_of(amount_minor) > 0:
            if balance.accrues:
                balance.posted_minor += fold(balance.account_id)
            short = balance.short_of(amount_minor)
            if short > 0:
                raise InsufficientFunds(short_minor=short)


def fold(account_id: int, *, limit: int | None = None) -> int:
    """At most `limit` accruals are part of the posted balance; their sum. The account is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM payments_accrual WHERE id IN (
                    SELECT id FROM payments_accrual WHERE account_id = %(account)s
                    ORDER BY id LIMIT %(limit)s
                ) RETURNING amount_minor
            ), total AS (SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM taken)
            UPDATE payments_account SET posted_minor = posted_minor + total.minor
            FROM total WHERE id = %(account)s RETURNING total.minor
            """,
            {"account": account_id, "limit": limit},
        )
        return int(cursor.fetchone()[0])


def move(deltas: Mapping[int, int]) -> None:
    """Posted balances of locked accounts changed by their delta, in one statement. A wallet that
    was closed is open again: it is empty, so money comes in.
    """
    changed = {account_id: delta for account_id, delta in deltas.items() if delta}
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payments_account AS account
            SET posted_minor = posted_minor + change.minor, closed_at = NULL
            FROM unnest(%s::bigint[], %s::bigint[]) AS change (id, minor)
            WHERE account.id = change.id
            """,
            [arrays.integers(changed), arrays.integers(changed.values())],
        )


def accrue(deltas: Mapping[int, int]) -> None:
    """One accrual for each account: no lock, nobody waits."""
    waiting = {account_id: delta for account_id, delta in deltas.items() if delta}
    if not waiting:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_accrual (account_id, amount_minor)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            [arrays.integers(waiting), arrays.integers(waiting.values())],
        )
