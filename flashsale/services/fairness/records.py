"""The public record of a sale: what was promised before, what was decided, where each unit went.

One JSON object a line (docs/proof.md says what each says), read from PostgreSQL in pages, so that
a record of a million people needs no memory. Each line ends with the first digits of a running
hash, so that the offline script can say in which line something was changed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from flashsale.gate.keys import microseconds
from flashsale.models import Act, Claim, Sale, Wave
from flashsale.sale_states import SaleState
from flashsale.services.fairness import entrants, fates, secrets
from flashsale.services.locking import lock_sale_to_end
from shop.order_states import OrderState

CHECK_DIGITS: Final = 16
OPEN_ORDERS: Final = (OrderState.AWAITING_PAYMENT, OrderState.PAID)
OVER: Final = (SaleState.SETTLED, SaleState.CANCELLED)

Part = Mapping[str, Any]


def lines(sale: Sale) -> Iterator[bytes]:
    """The record as far as it goes by now: each line is final once it is published."""
    running = hashlib.sha256()
    for part in _parts(sale):
        body = json.dumps(part, separators=(",", ":"))[:-1]
        running.update(body.encode())
        yield f'{body},"check":"{running.hexdigest()[:CHECK_DIGITS]}"}}\n'.encode()


def published(sale: Sale) -> Iterator[bytes]:
    """The final record from its file, or what there is of it so far."""
    if sale.proved_at is None or not default_storage.exists(_name(sale)):
        yield from lines(sale)
        return
    with default_storage.open(_name(sale)) as file:
        yield from file.chunks()


def publish(*, sale_id: int, now: datetime) -> bool:
    """The sale's final record is a file, once; True if this call wrote it.

    Opens the transaction and keeps the sale's row, so that no unit moves between two pages.
    Nothing for a sale that is not over, or in which somebody still waits for their money.
    """
    with transaction.atomic(durable=True):
        sale = lock_sale_to_end(sale_id)
        if sale.proved_at is not None or not _is_final(sale):
            return False
        with TemporaryFile() as file:
            file.writelines(lines(sale))
            default_storage.delete(_name(sale))
            default_storage.save(_name(sale), File(file))
        sale.proved_at = now
        sale.save(update_fields=["proved_at"])
    return True


def to_publish() -> list[int]:
    """The sales whose record can be final and is not."""
    over = Sale.objects.public().filter(state__in=OVER, proved_at=None, sealed_at__isnull=False)
    return [sale.pk for sale in over if _is_final(sale)]


def _is_final(sale: Sale) -> bool:
    """Cancelled orders are refunded one after another, and that is part of the record."""
    if sale.state == SaleState.CANCELLED:
        return not Claim.objects.filter(sale=sale, order__state__in=OPEN_ORDERS).exists()
    return sale.state == SaleState.SETTLED


def _parts(sale: Sale) -> Iterator[Part]:
    yield from _promises(sale)
    if sale.sealed_at is not None:
        yield from _sealed(sale)
    if sale.seed or sale.voided_at is not None:
        yield from _revealed(sale)
    over = sale.state in OVER
    if over:
        yield from fates.decisions(sale)
        yield from fates.units(sale)
    yield {
        "part": "end",
        "state": sale.state,
        "decided": sale.allocated_at is not None,
        "decisions": sale.log_length if over else 0,
    }


def _promises(sale: Sale) -> Iterator[Part]:
    yield {
        "part": "rules",
        "sale": sale.pk,
        "title": sale.title,
        "kind": sale.kind,
        "currency": sale.currency,
        "slots": sale.slots,
        "opens_us": microseconds(sale.reserve_opens_at),
        "closes_us": microseconds(sale.reserve_closes_at),
        "starts_us": microseconds(sale.starts_at),
        "window_us": sale.opening_window_ms * 1_000,
        "ends_us": microseconds(sale.ends_at),
        "waves_us": [microseconds(at) for at in _waves(sale)],
        "pass_weight": sale.pass_weight,
        "turn_cap": sale.turn_cap,
    }
    raises = _raises(sale)
    for lot in sale.lots.select_related("variant__product"):
        added = sum(one["by"] for one in raises if one["lot"] == lot.pk)
        yield {
            "part": "lot",
            "lot": lot.pk,
            "what": f"{lot.variant.product.title}, {lot.variant.name}",
            "price_minor": lot.unit_price_minor,
            "pledged": lot.pledged - added,
        }
    yield from raises
    for share in secrets.parties(sale):
        yield {"part": "party", "name": share.party, "commitment": share.commitment}


def _raises(sale: Sale) -> list[Part]:
    """Stock that was added after the sealing: the pledge of the record is what was sealed."""
    if sale.sealed_at is None:
        return []
    acts = Act.objects.filter(sale=sale, kind="stock", at__gte=sale.sealed_at)
    return [
        {
            "part": "raised",
            "lot": act.detail["lot"],
            "by": act.detail["to"] - act.detail["from"],
            "at_us": microseconds(act.at),
        }
        for act in acts.order_by("pk")
    ]


def _sealed(sale: Sale) -> Iterator[Part]:
    at_us = microseconds(sale.sealed_at) if sale.sealed_at else 0
    yield {"part": "sealed", "root": sale.root, "count": sale.tree.count, "at_us": at_us}
    for entrant in entrants.of(sale):
        yield {"part": "entry", "line": entrant.line}


def _revealed(sale: Sale) -> Iterator[Part]:
    for share in secrets.parties(sale):
        if share.revealed_at is None:
            yield {"part": "withheld", "name": share.party}
        else:
            yield {"part": "secret", "name": share.party, "value": share.value}
    if sale.seed:
        yield {"part": "seed", "seed": sale.seed}


def _waves(sale: Sale) -> Iterable[datetime]:
    return Wave.objects.filter(sale=sale).values_list("opens_at", flat=True)


def _name(sale: Sale) -> str:
    return f"records/sale-{sale.pk}.jsonl"
