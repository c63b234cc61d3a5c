"""Many wallet payments at once, for a batch of a sale: a fixed number of statements.

In two steps, because a whole line of people waits for the second: `prepare` asks what takes no
lock, `pay` decides under the locks of the wallets. Nothing in here may fail because of one
person: whoever has too little, is frozen or has left is left out, so that no constraint is met.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from payments.models import AccountKind, Payment
from payments.payment_states import PaymentState
from payments.services import balances, chart, ledger
from payments.services.balances import Balance
from payments.services.opening import Terms
from socialcommerce.lib import arrays, sequences


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


class Payable(NamedTuple):
    """A charge whose wallet looked full enough, and the id that its payment is to have.

    `wallet_id` 0: its key has paid before, by that payment, and nothing will move.
    """

    charge: WalletCharge
    payment_id: int
    wallet_id: int
    request_hash: str


def prepare(charges: Sequence[WalletCharge]) -> dict[str, Payable]:
    """By key what can be paid as things stand; the others cannot. Locks and writes nothing.

    Raises ledger.KeyConflict for a key that has paid something else.
    """
    if not charges:
        return {}
    currencies = {charge.currency for charge in charges}
    if len(currencies) != 1:
        raise ledger.BadEntry("A batch is in one currency.")
    hashes = {charge.key: charge.terms.request_hash for charge in charges}
    paid = _paid_before([(charge.payer_id, charge.key) for charge in charges], hashes)
    wallets = _wallets({charge.payer_id for charge in charges}, *currencies)
    fresh = [
        charge
        for charge in charges
        if charge.key not in paid and _looks_payable(charge, wallets.get(charge.payer_id))
    ]
    ids = sequences.take("payments_payment", count=len(fresh))
    found = [
        Payable(charge, payment_id, wallets[charge.payer_id].account_id, hashes[charge.key])
        for charge, payment_id in zip(fresh, ids, strict=True)
    ]
    found += [
        Payable(charge, paid[charge.key], 0, hashes[charge.key])
        for charge in charges
        if charge.key in paid
    ]
    return {one.charge.key: one for one in found}


def pay(payables: Sequence[Payable], *, now: datetime) -> dict[str, int]:
    """key -> payment id for all that are paid; the others are absent and moved nothing.

    Payers' wallets end locked, in id order. Whoever has paid under one of the keys since
    `prepare` has paid: it is that payment. Inside the caller's transaction and the last thing it
    does; sends no events, because the caller settles its own rows in bulk. Raises
    ledger.KeyConflict for a key with other terms.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Bulk payments join a transaction.")
    before = {one.charge.key: one.payment_id for one in payables if not one.wallet_id}
    wanted = [one for one in payables if one.wallet_id]
    if not wanted:
        return before
    locked = balances.lock(sorted({one.wallet_id for one in wanted}))
    affordable = _affordable(wanted, locked)
    written = _insert(affordable, now)
    _book([one for one in affordable if one.charge.key in written], now)
    late = [one for one in wanted if one.charge.key not in written]
    hashes = {one.charge.key: one.request_hash for one in late}
    return (
        before
        | written
        | _paid_before([(one.charge.payer_id, one.charge.key) for one in late], hashes)
    )


def _wallets(payer_ids: set[int], currency: str) -> dict[int, Balance]:
    """As they stand, by payer: of those who have one and may pay. Unlocked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT profile.id, account.id, posted_minor, held_minor, floor_minor, accrues"
            " FROM unnest(%s::bigint[], %s::text[]) AS payer (id, owner)"
            " JOIN accounts_profile profile ON profile.id = payer.id"
            " JOIN accounts_user person ON person.id = profile.user_id"
            " AND person.is_active AND person.frozen_at IS NULL"
            " JOIN payments_account account ON account.owner = payer.owner"
            " AND account.kind = %s AND account.currency = %s",
            [
                arrays.integers(payer_ids),
                arrays.words(map(chart.owner_of, payer_ids)),
                AccountKind.WALLET.value,
                currency,
            ],
        )
        return {row[0]: Balance(*row[1:]) for row in cursor.fetchall()}


def _looks_payable(charge: WalletCharge, wallet: Balance | None) -> bool:
    if wallet is None or charge.amount_minor <= 0 or charge.payer_id == charge.payee_id:
        return False
    return wallet.short_of(charge.amount_minor) <= 0


def _paid_before(keys: Sequence[tuple[int, str]], hashes: Mapping[str, str]) -> dict[str, int]:
    """Payments that stand under these (payer, key), if they say the same."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, id, request_hash FROM payments_payment"
            " JOIN unnest(%s::bigint[], %s::text[]) AS wanted (payer_id, key)"
            " USING (payer_id, key)",
            [
                arrays.integers(payer_id for payer_id, _key in keys),
                arrays.texts([key for _payer_id, key in keys]),
            ],
        )
        rows = cursor.fetchall()
    if any(said != hashes[key] for key, _payment_id, said in rows):
        raise ledger.KeyConflict
    return {key: payment_id for key, payment_id, _said in rows}


def _affordable(wanted: Iterable[Payable], locked: Mapping[int, Balance]) -> list[Payable]:
    """In the given order, as far as each wallet goes."""
    taken: list[Payable] = []
    spent: dict[int, int] = {}
    for one in wanted:
        after = spent.get(one.wallet_id, 0) + one.charge.amount_minor
        if locked[one.wallet_id].short_of(after) <= 0:
            spent[one.wallet_id] = after
            taken.append(one)
    return taken


def _insert(payables: Sequence[Payable], now: datetime) -> dict[str, int]:
    """Those whose key is new, under the ids that they were to have."""
    if not payables:
        return {}
    charges = [one.charge for one in payables]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payments_payment (id, payer_id, payee_id, amount_minor, captured_minor,
                currency, reference, key, request_hash, method, purpose, state, refunded_minor,
                released_minor, fee_minor, attempt, answered_attempt, decline_code,
                next_action_url, return_url, flag, payment_method_id, created_at, settled_at)
            SELECT id, payer_id, payee_id, minor, minor, currency, reference, key, request_hash,
                %(method)s, %(purpose)s, %(state)s, 0, 0, 0, 0, 0, '', '', '', '', '',
                %(now)s, %(now)s
            FROM unnest(%(ids)s::bigint[], %(payers)s::bigint[], %(payees)s::bigint[],
                %(amounts)s::bigint[], %(currencies)s::text[], %(references)s::text[],
                %(keys)s::text[], %(hashes)s::text[])
                AS charge (id, payer_id, payee_id, minor, currency, reference, key, request_hash)
            ON CONFLICT (payer_id, key) DO NOTHING RETURNING key, id
            """,
            {
                "method": Payment.Method.WALLET.value,
                "purpose": Payment.Purpose.PURCHASE.value,
                "state": PaymentState.SUCCEEDED.value,
                "now": now,
                "ids": arrays.integers(one.payment_id for one in payables),
                "payers": arrays.integers(charge.payer_id for charge in charges),
                "payees": arrays.integers(charge.payee_id for charge in charges),
                "amounts": arrays.integers(charge.amount_minor for charge in charges),
                "currencies": arrays.words(charge.currency for charge in charges),
                "references": arrays.texts([charge.reference for charge in charges]),
                "keys": arrays.texts([charge.key for charge in charges]),
                "hashes": arrays.words(one.request_hash for one in payables),
            },
        )
        return dict(cursor.fetchall())


def _book(payables: Sequence[Payable], now: datetime) -> None:
    """One ledger transaction for each charge, so that each can go back alone."""
    if not payables:
        return
    escrows = chart.accounts(
        owners={chart.owner_of(one.charge.payee_id) for one in payables},
        kind=AccountKind.ESCROW,
        currency=payables[0].charge.currency,
    )
    ledger.post_many([_entry(one, escrows) for one in payables], now=now)


def _entry(one: Payable, escrows: Mapping[str, int]) -> ledger.Entry:
    escrow_id = escrows[chart.owner_of(one.charge.payee_id)]
    leg = ledger.Leg(one.wallet_id, escrow_id, one.charge.amount_minor)
    return ledger.Entry(
        kind="wallet_payment",
        scope="payment",
        key=str(one.payment_id),
        legs=(leg,),
        memo=one.charge.reference,
    )
