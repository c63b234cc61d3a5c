"""Who came for a claim: counted at the gate, kept in PostgreSQL, so that no loss forgets it.

Nobody is ever taken out: an older copy of the bitmap that comes back adds nothing wrong.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from flashsale.gate import bitmaps
from flashsale.gate.keys import Keys
from flashsale.models import Attendance, Sale
from socialcommerce.lib import redis

# Whoever has a claim came, whatever the gate still knows of it.
CLAIMANTS: Final = """
SELECT (reservation.number - 1)::bigint AS bit FROM flashsale_claim claim
JOIN flashsale_reservation reservation ON reservation.id = claim.reservation_id
WHERE claim.sale_id = %(sale)s
"""
# Of a million people the bitmap has 160 KB; one person's question needs one byte of it.
BYTE: Final = """
SELECT substring(bits FROM %(byte)s FOR 1) FROM flashsale_attendance WHERE sale_id = %(sale)s
"""


def note(client: redis.Redis, sale: Sale, *, now: datetime) -> None:
    """Whoever came up to now is known to PostgreSQL. Raises redis.RedisError."""
    seen = client.get(Keys(sale.pk).came)
    if not isinstance(seen, bytes):
        return
    with transaction.atomic():
        row, _made = Attendance.objects.select_for_update().get_or_create(
            sale=sale, defaults={"bits": b"", "counted_at": now}
        )
        known = bytes(row.bits)
        row.bits = bitmaps.union(known, seen)
        if row.bits != known:
            row.counted_at = now
            row.save(update_fields=["bits", "counted_at"])


def bits(sale_id: int) -> bytes:
    """By number - 1 of the reservation: what was noted, and everybody with a claim."""
    row = Attendance.objects.filter(sale_id=sale_id).values_list("bits", flat=True).first()
    return bitmaps.union(bytes(row or b""), bitmaps.load(CLAIMANTS, {"sale": sale_id}))


def came(sale_id: int, *, number: int) -> bool:
    """Whether the person with that reservation came, as far as PostgreSQL knows."""
    with connection.cursor() as cursor:
        cursor.execute(BYTE, {"sale": sale_id, "byte": (number - 1) // 8 + 1})
        row = cursor.fetchone()
    return bitmaps.has(bytes(row[0] if row else b""), (number - 1) % 8)
