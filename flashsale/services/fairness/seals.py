"""The list is fixed by one hash; the seed follows from it and the secrets, or the sale is void."""

import logging
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.db import transaction

from flashsale.gate import control
from flashsale.gate.keys import Keys
from flashsale.intake import streams
from flashsale.models import Sale, SaleKind, Secret, Tree
from flashsale.proof import lottery, merkle
from flashsale.sale_states import SaleState
from flashsale.services import acts, sales
from flashsale.services.fairness import entrants, secrets, turns
from flashsale.services.locking import lock_sale, lock_sale_to_end
from socialcommerce.lib import faultpoints, guards, redis

logger = logging.getLogger(__name__)

# A web host whose clock is slow may still take a pass or a withdrawal for so long.
MARGIN: Final = timedelta(seconds=1)


def seal(sale: Sale, *, now: datetime) -> bool:
    """The weights are final, the tree of all standing reservations is built, its root published.

    True if the sale is sealed, now or before; False while a reservation is still on its way, or
    where one came or went meanwhile. Opens the transaction, locks the sale: in a draw while the
    tree is built, some seconds for a million reservations. Raises redis.RedisError.
    """
    if sale.sealed_at is not None:
        return True
    if sale.state != SaleState.APPROVED or not _all_are_written(sale):
        return False
    if sale.kind == SaleKind.DRAW:
        _seal_draw(sale, now=now)
    else:
        _seal_list(sale, now=now)
    sale.refresh_from_db()
    return sale.sealed_at is not None


def reveal(sale: Sale, *, now: datetime) -> bool:
    """The seed is published: True once every party has revealed and the list is sealed.

    The site shows its own secret last, when nobody can enter any more. Where a party withholds
    its secret past the deadline the sale is void, in public. Opens the transaction.
    """
    if sale.seed or sale.sealed_at is None or now < secrets.moment(sale):
        return bool(sale.seed)
    with transaction.atomic(durable=True):
        locked = lock_sale(sale.pk)
        if locked.state != SaleState.APPROVED:
            return False
        shares = _shares(locked, now=now)
        withheld = [share.party for share in shares if share.revealed_at is None]
        if not withheld:
            _plant(locked, shares)
        elif now >= secrets.deadline(locked):
            _declare_void(locked, withheld, now=now)
    sale.refresh_from_db()
    if sale.voided_at is not None:
        # The declaration stands first: a crash between the two finds it and cancels again.
        sales.cancel(sale_id=sale.pk, now=now)
        sale.refresh_from_db()
    return bool(sale.seed)


def _seal_draw(sale: Sale, *, now: datetime) -> None:
    """Nobody claims in a draw, so nobody waits for this lock. Whoever is taking a pass at this
    moment has it before the weights are set.
    """
    with transaction.atomic(durable=True):
        locked = lock_sale_to_end(sale.pk)
        if _is_open(locked):
            turns.set_weights(locked)
            _publish(locked, _tree(locked), now=now)


def _seal_list(sale: Sale, *, now: datetime) -> None:
    """Before the lock, since people may be claiming; and not at all if the list has changed since.
    Each that comes or goes is counted in the sale's row.
    """
    sale.refresh_from_db()
    tree = _tree(sale)
    faultpoints.reach("tree built")
    with transaction.atomic(durable=True):
        locked = lock_sale(sale.pk)
        same = (locked.reserved, locked.withdrawn) == (sale.reserved, sale.withdrawn)
        if _is_open(locked) and (same or not guards.is_on("list unchanged")):
            _publish(locked, tree, now=now)


def _is_open(locked: Sale) -> bool:
    return locked.sealed_at is None and locked.state == SaleState.APPROVED


def _publish(locked: Sale, tree: Tree, *, now: datetime) -> None:
    tree.save(force_insert=True)
    locked.root, locked.sealed_at = tree.root, now
    locked.save(update_fields=["root", "sealed_at"])


def _all_are_written(sale: Sale) -> bool:
    """By the gate's clock, which admits: after the close nothing is added to the stream, and an
    entry leaves it only when it is committed."""
    client = redis.gate()
    if control.now(client) < sale.reserve_closes_at + MARGIN:
        return False
    return streams.backlog(client, Keys(sale.pk).reservations) == 0


def _tree(sale: Sale) -> Tree:
    """Not saved. Block by block, so that no million leaves are in memory at once."""
    blocks, numbered = [], enumerate(entrants.of(sale))
    count = 0
    for _block, rows in groupby(numbered, key=lambda row: row[0] // merkle.BLOCK):
        members = [entrant for _place, entrant in rows]
        count += len(members)
        top = merkle.root([entrant.leaf for entrant in members])
        blocks.append((members[0].number, top.hex()))
    return Tree(sale=sale, count=count, blocks=blocks)


def _shares(sale: Sale, *, now: datetime) -> list[Secret]:
    """The site's own is shown once all others are, or once it is too late for them: a party that
    knew every other secret would know the seed, and could void a draw that it has lost.
    """
    shares = secrets.parties(sale)
    others = any(share.holder_id and share.revealed_at is None for share in shares)
    if others and now < secrets.deadline(sale):
        return shares
    own = Secret.objects.filter(sale=sale, holder=None, revealed_at=None)
    own.update(revealed_at=now)
    return secrets.parties(sale)


def _plant(sale: Sale, shares: list[Secret]) -> None:
    values = [bytes.fromhex(share.value) for share in shares]
    seed = lottery.seed(secrets=values, root=bytes.fromhex(sale.root))
    sale.seed = seed.hex()
    sale.save(update_fields=["seed"])


def _declare_void(sale: Sale, withheld: list[str], *, now: datetime) -> None:
    logger.error("Sale %s is void: %s withheld a secret", sale.pk, ", ".join(withheld))
    if sale.voided_at is None:
        sale.voided_at = now
        sale.save(update_fields=["voided_at"])
        acts.log(sale, kind="void", by=None, detail={"withheld": withheld}, now=now)
