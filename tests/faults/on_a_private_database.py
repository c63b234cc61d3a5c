"""Parts of one sale, each run by a process of its own against a PostgreSQL that may be gone."""

from django.db import OperationalError, connection

from flashsale import verification
from flashsale.intake import drains, streams
from flashsale.models import Claim, Sale, Stream
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

UNITS = 6


def say_what_is_flushed() -> None:
    """As the site's own connections have it."""
    said = []
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute("SELECT current_setting(%s)", [name])
            said.append(cursor.fetchone()[0])
    print(*said)  # noqa: T201


def half_sell() -> None:
    """Three hold a unit, three more are in line; prints the sale's id."""
    sale = sales.live_sale(units=UNITS)
    people = sales.crowd(sale, UNITS)
    for person in people[:3]:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    sales.drain(sale)
    for person in people[3:]:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    print(sale.pk)  # noqa: T201 - the test reads it


def drain_without_database(sale_id: int) -> None:
    """A worker reads its entries and finds nobody to give them to."""
    try:
        drains.drain(sale_id=sale_id, stream=Stream.CLAIMS)
    except OperationalError:
        print("away")  # noqa: T201


def finish(sale_id: int) -> None:
    """The controller and a worker go on; what that worker had read is delivered again."""
    sale = Sale.objects.get(pk=sale_id)
    assert Controller().tick(now=clock.now()) == []
    streams.TAKE_OVER_AFTER_MS = 0  # type: ignore[misc]  # the test need not wait
    drains.drain(sale_id=sale_id, stream=Stream.CLAIMS)
    count = conservation.count(sale_id)
    assert count.holds
    assert verification.faults(sale_id) == []
    held = Claim.objects.filter(sale=sale, state="held").count()
    print(f"proven: {held} held of {count.pledged}")  # noqa: T201
