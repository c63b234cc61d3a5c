"""The one writer of the books. Every movement of money on the site is an Entry posted here.

Building blocks: they demand the caller's transaction and are the last thing it does.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from payments.models import LedgerTransaction
from payments.services import balances
from payments.services.balances import InsufficientFunds
from payments.services.chart import account
from payments.services.proof import Difference, verify
from socialcommerce.lib import arrays
from socialcommerce.lib.money import AMOUNT_MAX_MINOR
from socialcommerce.lib.problems import Conflict

__all__ = [
    "AlreadyReversed",
    "BadEntry",
    "Difference",
    "Entry",
    "InsufficientFunds",
    "KeyConflict",
    "Leg",
    "account",
    "post",
    "post_many",
    "reverse",
    "verify",
]


class KeyConflict(Conflict):
    """The key has booked something else before."""

    code = "idempotency-conflict"
    title = _("That key was used for something else before")


class AlreadyReversed(Conflict):
    code = "already-reversed"
    title = _("That was given back before")


class BadEntry(ValueError):
    """An entry that no caller may make: an amount out of range, two currencies, no legs."""


class Leg(NamedTuple):
    """`amount_minor` (1 to 10^13) leaves one account and reaches another of its currency."""

    from_account_id: int
    to_account_id: int
    amount_minor: int


class Entry(NamedTuple):
    """One business fact. (scope, key) names it for ever."""

    kind: str
    scope: str
    key: str
    legs: tuple[Leg, ...]
    memo: str = ""
    reverses_id: int | None = None

    @property
    def request_hash(self) -> str:
        legs = [(leg.from_account_id, leg.to_account_id, leg.amount_minor) for leg in self.legs]
        body = json.dumps([self.kind, self.reverses_id, legs])
        return hashlib.sha256(body.encode()).hexdigest()


Name = tuple[str, str]


def post(
    *,
    kind: str,
    scope: str,
    key: str,
    legs: Sequence[Leg],
    now: datetime,
    memo: str = "",
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    """The fact is booked once: the same key and body again returns what stands.

    Raises KeyConflict (same key, other body), InsufficientFunds, AlreadyReversed, BadEntry.
    """
    entry = Entry(kind, scope, key, tuple(legs), memo, reverses.pk if reverses else None)
    booked = post_many([entry], now=now)
    return LedgerTransaction.objects.get(pk=booked[scope, key])


def post_many(entries: Sequence[Entry], *, now: datetime) -> dict[Name, int]:
    """All entries are booked, or none; (scope, key) -> transaction id.

    At most eight statements for any number of entries. Accounts with a floor end locked.
    Raises like `post`.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The ledger posts inside a transaction.")
    wanted = _distinct(entries)
    accounts = balances.read(
        account_id
        for entry in wanted.values()
        for leg in entry.legs
        for account_id in (leg.from_account_id, leg.to_account_id)
    )
    for entry in wanted.values():
        _check(entry, accounts)
    fresh = _insert_transactions(wanted, now)
    earlier = _earlier({name: e for name, e in wanted.items() if name not in fresh})
    new = [(fresh[name], entry) for name, entry in wanted.items() if name in fresh]
    if new:
        _move(new, accounts)
    return fresh | earlier


def reverse(
    booked: LedgerTransaction, *, key: str, now: datetime, memo: str = ""
) -> LedgerTransaction:
    """Every leg of the transaction has gone back. Once: raises AlreadyReversed the second time."""
    legs = [
        Leg(transfer.to_account_id, transfer.from_account_id, transfer.amount_minor)
        for transfer in booked.transfers.order_by("-id")
    ]
    return post(
        kind=f"{booked.kind}_back"[:24],
        scope="reversal",
        key=key,
        legs=legs,
        now=now,
        memo=memo,
        reverses=booked,
    )


def _distinct(entries: Iterable[Entry]) -> dict[Name, Entry]:
    wanted: dict[Name, Entry] = {}
    for entry in entries:
        first = wanted.setdefault((entry.scope, entry.key), entry)
        if first is not entry and first.request_hash != entry.request_hash:
            raise KeyConflict
    return wanted


def _check(entry: Entry, accounts: Mapping[int, balances.Nature]) -> None:
    if not entry.legs or not entry.key:
        raise BadEntry("An entry has a key and at least one leg.")
    for leg in entry.legs:
        if not 1 <= leg.amount_minor <= AMOUNT_MAX_MINOR:
            raise BadEntry(f"{leg.amount_minor} minor units are out of range.")
        if leg.from_account_id == leg.to_account_id:
            raise BadEntry("A leg joins two accounts.")
        sides = accounts.get(leg.from_account_id), accounts.get(leg.to_account_id)
        if None in sides or len({side.currency for side in sides if side}) != 1:
            raise BadEntry("A leg joins two accounts of one currency.")


def _insert_transactions(wanted: Mapping[Name, Entry], now: datetime) -> dict[Name, int]:
    """Only those whose key is new. In key order, so that two batches never wait crosswise."""
    rows = [wanted[name] for name in sorted(wanted)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payments_ledgertransaction
                (kind, scope, key, request_hash, memo, reverses_id, leg_count, created_at)
            SELECT *, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::bigint[], %s::smallint[])
            ON CONFLICT DO NOTHING RETURNING scope, key, id
            """,
            [
                now,
                arrays.texts([entry.kind for entry in rows]),
                arrays.texts([entry.scope for entry in rows]),
                arrays.texts([entry.key for entry in rows]),
                arrays.words(entry.request_hash for entry in rows),
                arrays.texts([entry.memo for entry in rows]),
                arrays.optional_integers(entry.reverses_id for entry in rows),
                arrays.integers(len(entry.legs) for entry in rows),
            ],
        )
        return {(scope, key): pk for scope, key, pk in cursor.fetchall()}


def _earlier(repeated: Mapping[Name, Entry]) -> dict[Name, int]:
    """The transactions that stand under these keys, if they say the same."""
    if not repeated:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scope, key, id, request_hash FROM payments_ledgertransaction"
            " JOIN unnest(%s::text[], %s::text[]) AS wanted (scope, key) USING (scope, key)",
            [
                arrays.texts([scope for scope, _key in repeated]),
                arrays.texts([key for _scope, key in repeated]),
            ],
        )
        rows = {(scope, key): (pk, said) for scope, key, pk, said in cursor.fetchall()}
    for name, entry in repeated.items():
        if name not in rows:  # the other unique thing about a transaction is what it reverses
            raise AlreadyReversed
        if rows[name][1] != entry.request_hash:
            raise KeyConflict
    return {name: pk for name, (pk, _said) in rows.items()}


def _move(new: Sequence[tuple[int, Entry]], accounts: Mapping[int, balances.Nature]) -> None:
    deltas: dict[int, int] = defaultdict(int)
    for _pk, entry in new:
        for leg in entry.legs:
            deltas[leg.from_account_id] -= leg.amount_minor
            deltas[leg.to_account_id] += leg.amount_minor
    to_lock = [pk for pk, delta in deltas.items() if _needs_lock(accounts[pk], delta)]
    locked = balances.lock(to_lock) if to_lock else {}
    balances.cover(locked.values(), {pk: -delta for pk, delta in deltas.items()})
    _insert_transfers(new, accounts)
    balances.move({pk: deltas[pk] for pk in locked})
    balances.accrue({pk: delta for pk, delta in deltas.items() if pk not in locked})


def _needs_lock(row: balances.Nature, delta: int) -> bool:
    return delta != 0 and (not row.accrues or (row.floor_minor is not None and delta < 0))


def _insert_transfers(
    new: Sequence[tuple[int, Entry]], accounts: Mapping[int, balances.Nature]
) -> None:
    rows = [(pk, leg) for pk, entry in new for leg in entry.legs]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payments_transfer
                (transaction_id, from_account_id, to_account_id, amount_minor, currency)
            SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
            """,
            [
                arrays.integers(pk for pk, _leg in rows),
                arrays.integers(leg.from_account_id for _pk, leg in rows),
                arrays.integers(leg.to_account_id for _pk, leg in rows),
                arrays.integers(leg.amount_minor for _pk, leg in rows),
                arrays.words(accounts[leg.from_account_id].currency for _pk, leg in rows),
            ],
        )
