"""Two workers, two claims, one unit, and a pause between looking and taking."""

from collections.abc import Iterator

import pytest
from django.db import connection

from flashsale import tokens, verification
from flashsale.intake import claim_batches
from flashsale.intake.batches import Batch
from flashsale.intake.streams import Entry
from flashsale.models import Claim, Sale
from flashsale.services.watch import conservation
from socialcommerce.lib import clock, guards
from tests.concurrency.flashsale.crowds import at_once, meeting_at
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)


def entry(sale: Sale, person: sales.Person) -> Entry:
    """What the gate would have written; it would not have admitted the second."""
    fields = {
        "person": person.profile_id,
        "number": person.number,
        "lot": sale.lots.get().pk,
        "slot": 1,
        "ticket": tokens.ticket(sale_id=sale.pk, number=person.number, slot=1),
        "at": int(clock.now().timestamp() * 1_000_000),
        "epoch": sale.epoch,
        "wave": 0,
        "lost": 0,
    }
    return Entry(f"1-{person.number}", {name: str(value) for name, value in fields.items()})


def race(sale: Sale) -> list[str]:
    """How it ended for each: the states of the claims, or the errors of their workers."""
    entries = [entry(sale, person) for person in sales.crowd(sale, 2)]

    def work(one: Entry) -> None:
        claim_batches.work(Batch(sale.pk, sale.epoch, [one], clock.now()))

    with meeting_at("units picked", guard="sale lock"):
        errors = [said for said in at_once(work, entries, threads=2) if said is not None]
    states = list(Claim.objects.filter(sale=sale).values_list("state", flat=True))
    return sorted([*states, *(type(error).__name__ for error in errors)])


def test_with_the_lock_one_has_it_and_the_other_hears_so() -> None:
    sale = sales.live_sale(units=1)
    assert race(sale) == ["held", "no_stock"]
    assert conservation.count(sale.pk).holds


def test_without_the_lock_the_race_is_there() -> None:
    sale = sales.live_sale(units=1)
    with guards.switched_off("sale lock"):
        # Both take the unit; only the unique index stands between that and an oversold sale.
        assert race(sale) == ["IntegrityError", "held"]


@pytest.fixture
def without_index() -> Iterator[None]:
    """The schema's own guards are away as well, and come back: a unit is held once, and a place
    in the log is taken once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'claim_unit_once'")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX claim_unit_once")
        cursor.execute("ALTER TABLE flashsale_claim DROP CONSTRAINT claim_log_once")
        yield
        Claim.objects.all().delete()
        cursor.execute(definition)
        cursor.execute(
            "ALTER TABLE flashsale_claim ADD CONSTRAINT claim_log_once UNIQUE (sale_id, log_number)"
        )


@pytest.mark.usefixtures("without_index")
def test_without_lock_and_index_one_unit_is_sold_twice() -> None:
    sale = sales.live_sale(units=1)
    with guards.switched_off("sale lock"):
        assert race(sale) == ["held", "held"]
    assert Claim.objects.values("unit").distinct().count() == 1
    assert "a unit with two live claims" in {fault.what for fault in verification.faults(sale.pk)}
    assert not conservation.count(sale.pk).holds


@pytest.mark.usefixtures("without_index")
def test_with_the_lock_alone_it_is_sold_once() -> None:
    sale = sales.live_sale(units=1)
    assert race(sale) == ["held", "no_stock"]
    assert conservation.count(sale.pk).holds
