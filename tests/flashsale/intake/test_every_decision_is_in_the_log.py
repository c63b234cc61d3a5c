"""Each claim row is one line of a chained log: paid or held alike, without stock, refused."""

import pytest

from accounts.models import Profile
from flashsale.gate.keys import Keys
from flashsale.intake import claim_batches, streams
from flashsale.intake.batches import Batch
from flashsale.models import Claim, Sale
from flashsale.proof import chain
from flashsale.proof.chain import Line
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def walk(sale: Sale) -> tuple[int, str]:
    """Length and head of the log, computed anew from what the rows say; each row is checked."""
    head, length = "", 0
    for claim in (
        Claim.objects.filter(sale=sale).select_related("unit", "reservation").order_by("log_number")
    ):
        length += 1
        has_unit = claim.unit is not None
        line = Line(
            length,
            claim.reservation.number,
            claim.slot,
            claim.wave,
            claim.lot_id,
            round(claim.claimed_at.timestamp() * 1_000_000),
            "held" if has_unit else claim.state,
            claim.unit.number if claim.unit else 0,
        )
        head = chain.link(head, line)
        assert (claim.log_number, claim.log_hash) == (length, head)
    return length, head


def test_the_chain_runs_through_every_row_in_the_order_of_admission() -> None:
    sale = sales.live_sale(units=3)
    people = sales.crowd(sale, 6, pay_from_wallet=True)
    sales.fill_wallets(people[:1], 10_000)
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 6)
    user = Profile.objects.get(pk=people[1].profile_id).user
    assert user is not None
    user.is_active = False
    user.save()
    for person in people[:3]:
        sales.claim(sale, person)
    sales.drain(sale)
    for person in people[3:]:
        sales.claim(sale, person)
    sales.drain(sale)
    sale.refresh_from_db()
    assert (sale.log_length, sale.log_head) == walk(sale)
    in_order = Claim.objects.filter(sale=sale).order_by("log_number")
    assert list(in_order.values_list("state", flat=True)) == [
        "paid", "refused", "held", "held", "no_stock", "no_stock",
    ]  # fmt: skip
    assert list(in_order.values_list("reservation__number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_a_second_delivery_adds_no_line() -> None:
    sale = sales.live_sale(units=3)
    for person in sales.crowd(sale, 2):
        sales.claim(sale, person)
    entries = streams.take(redis.gate(), Keys(sale.pk).claims, count=10)
    for _delivery in (1, 2):
        claim_batches.work(Batch(sale.pk, sale.epoch, entries, clock.now()))
    sale.refresh_from_db()
    assert (sale.log_length, sale.log_head) == walk(sale)
    assert sale.log_length == 2


def test_a_line_that_is_changed_later_breaks_the_chain() -> None:
    sale = sales.live_sale(units=3)
    for person in sales.crowd(sale, 3):
        sales.claim(sale, person)
    sales.drain(sale)
    walk(sale)
    Claim.objects.filter(sale=sale, log_number=2).update(slot=2)
    with pytest.raises(AssertionError):
        walk(sale)
