"""Many wallet payments at once, for a batch of a sale: a fixed number of statements.

Nothing in here may fail because of one person: whoever has too little, is frozen or has left is
read under lock and left out, so that no constraint is ever met.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from payments.models import AccountKind, Payment
from payments.payment_states import PaymentState
from payments.services import balances, chart, ledger
from payments.services.opening import Terms
from socialcommerce.lib import arrays


class WalletCharge(NamedTuple):
    """`key` is the caller's own, unique in the batch and for ever ("claim:7"); minor units > 0."""

    payer_id: int
    payee_id: int
    amount_minor: int
    currency: str
    reference: str
    key: str

    @property
    def terms(self) -> Terms:
        return Terms(
            self.payer_id,
            self.payee_id,
            self.amount_minor,
            self.currency,
            self.reference,
            Payment.Method.WALLET.value,
        )


def pay_from_wallets(charges: Sequence[WalletCharge], *, now: datetime) -> dict[str, int]:
    """key -> payment id for every charge that is paid; the others are absent and moved nothing.

    Payers' wallets end locked, in id order. A key that paid before gives that payment again.
    Inside the caller's transaction and the last thing it does; sends no events, because the
    caller settles its own rows in bulk. Raises ledger.KeyConflict for a key with other terms.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Bulk payments join a transaction.")
    if not charges:
        return {}
    currencies = {charge.currency for charge in charges}
    if len(currencies) != 1:
        raise ledger.BadEntry("A batch is in one currency.")
    (currency,) = currencies
    payers = _payers_who_may({charge.payer_id for charge in charges})
    wallets = chart.existing(
        {chart.owner_of(payer_id) for payer_id in payers}, AccountKind.WALLET, currency
    )
    locked = balances.lock(sorted(wallets.values()))
    paid = _paid_before(charges)
    affordable = _affordable((c for c in charges if c.key not in paid), wallets, locked)
    fresh = _insert(affordable, now)
    _book([charge for charge in affordable if charge.key in fresh], fresh, wallets, now)
    return paid | fresh


def _payers_who_may(profile_ids: set[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT profile.id FROM accounts_profile profile"
            " JOIN accounts_user person ON person.id = profile.user_id"
            " WHERE profile.id = ANY(%s::bigint[]) AND person.is_active"
            " AND person.frozen_at IS NULL",
            [arrays.integers(profile_ids)],
        )
        return {profile_id for (profile_id,) in cursor.fetchall()}


def _paid_before(charges: Sequence[WalletCharge]) -> dict[str, int]:
    """Read after the wallets are locked: whoever pays under one of these keys holds one."""
    by_name = {(charge.payer_id, charge.key): charge for charge in charges}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payer_id, key, id, request_hash FROM payments_payment"
            " JOIN unnest(%s::bigint[], %s::text[]) AS wanted (payer_id, key)"
            " USING (payer_id, key)",
            [
                arrays.integers(charge.payer_id for charge in charges),
                arrays.texts([charge.key for charge in charges]),
            ],
        )
        rows = cursor.fetchall()
    found: dict[str, int] = {}
    for payer_id, key, payment_id, said in rows:
        if said != by_name[payer_id, key].terms.request_hash:
            raise ledger.KeyConflict
        found[key] = payment_id
    return found


def _affordable(
    charges: Iterable[WalletCharge],
    wallets: Mapping[str, int],
    locked: Mapping[int, balances.Balance],
) -> list[WalletCharge]:
    """In the given order, as far as each wallet goes."""
    taken: list[WalletCharge] = []
    spent: dict[int, int] = {}
    for charge in charges:
        wallet_id = wallets.get(chart.owner_of(charge.payer_id))
        if wallet_id is None or charge.amount_minor <= 0 or charge.payer_id == charge.payee_id:
            continue
        after = spent.get(wallet_id, 0) + charge.amount_minor
        if locked[wallet_id].short_of(after) <= 0:
            spent[wallet_id] = after
            taken.append(charge)
    return taken


def _insert(charges: Sequence[WalletCharge], now: datetime) -> dict[str, int]:
    if not charges:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payments_payment (payer_id, payee_id, amount_minor, captured_minor,
                currency, reference, key, request_hash, method, purpose, state, refunded_minor,
                released_minor, fee_minor, attempt, answered_attempt, decline_code,
                next_action_url, return_url, flag, payment_method_id, created_at, settled_at)
            SELECT payer_id, payee_id, minor, minor, currency, reference, key, request_hash,
                %(method)s, %(purpose)s, %(state)s, 0, 0, 0, 0, 0, '', '', '', '', '',
                %(now)s, %(now)s
            FROM unnest(%(payers)s::bigint[], %(payees)s::bigint[], %(amounts)s::bigint[],
                %(currencies)s::text[], %(references)s::text[], %(keys)s::text[],
                %(hashes)s::text[])
                AS charge (payer_id, payee_id, minor, currency, reference, key, request_hash)
            ON CONFLICT DO NOTHING RETURNING key, id
            """,
            {
                "method": Payment.Method.WALLET.value,
                "purpose": Payment.Purpose.PURCHASE.value,
                "state": PaymentState.SUCCEEDED.value,
                "now": now,
                "payers": arrays.integers(charge.payer_id for charge in charges),
                "payees": arrays.integers(charge.payee_id for charge in charges),
                "amounts": arrays.integers(charge.amount_minor for charge in charges),
                "currencies": arrays.words(charge.currency for charge in charges),
                "references": arrays.texts([charge.reference for charge in charges]),
                "keys": arrays.texts([charge.key for charge in charges]),
                "hashes": arrays.words(charge.terms.request_hash for charge in charges),
            },
        )
        return dict(cursor.fetchall())


def _book(
    charges: Sequence[WalletCharge],
    payment_ids: Mapping[str, int],
    wallets: Mapping[str, int],
    now: datetime,
) -> None:
    """One ledger transaction for each charge, so that each can go back alone."""
    if not charges:
        return
    escrows = chart.accounts(
        owners={chart.owner_of(charge.payee_id) for charge in charges},
        kind=AccountKind.ESCROW,
        currency=charges[0].currency,
    )
    ledger.post_many(
        [
            ledger.Entry(
                kind="wallet_payment",
                scope="payment",
                key=str(payment_ids[charge.key]),
                legs=(
                    ledger.Leg(
                        wallets[chart.owner_of(charge.payer_id)],
                        escrows[chart.owner_of(charge.payee_id)],
                        charge.amount_minor,
                    ),
                ),
                memo=charge.reference,
            )
            for charge in charges
        ],
        now=now,
    )
