"""A limit per address holds however the address is written, and frees what it refuses."""

import pytest

from accounts.models import Address
from accounts.services import addresses
from flashsale.gate import admission, control
from flashsale.gate.admission import Wishes
from flashsale.models import Claim, Reservation, Sale, Stream
from flashsale.services.watch import conservation
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import guards, redis
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
SAME = [
    {"line1": "Rua das Flores 12", "line2": "3 B"},
    {"line1": " rua das  FLORES, 12", "line2": "3-b."},
    {"line1": "Rua das Flores 12 / 3B", "line2": ""},
    {"line1": "Ｒｕａ das Flores １２", "line2": "3B"},  # full-width forms
]


def reserve_at(sale: Sale, written: list[dict[str, str]]) -> list[Person]:
    """One person for each address, reserved through the gate."""
    other = sales.live_sale(units=1)
    crowd = sales.crowd(other, len(written))
    lot = sale.lots.get().pk
    for person, fields in zip(crowd, written, strict=True):
        Address.objects.filter(profile_id=person.profile_id).update(**fields)
        book = Address.objects.get(profile_id=person.profile_id)
        token = SaleToken(sale.pk, person.profile_id, 0, 0, 1)
        said = admission.reserve(token, Wishes(lot, book.pk, pay_from_wallet=False, share=False))
        assert said.standing == Standing.RECEIVED
    sales.drain(sale, Stream.RESERVATIONS)
    rows = Reservation.objects.filter(sale=sale).order_by("number")
    return [Person(row.person_id, row.number) for row in rows]


def opened(**fields: object) -> Sale:
    sale = sales.approved_sale(units=9, **fields)
    sales.open_gate(sale)
    return sale


def start(sale: Sale) -> None:
    sales.begin(sale)
    sales.reopen_gate(sale)


def states(sale: Sale) -> list[str]:
    return list(Claim.objects.filter(sale=sale).order_by("pk").values_list("state", flat=True))


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


def test_one_place_is_the_same_however_it_is_written() -> None:
    sale = opened(per_address_limit=2)
    reserve_at(sale, [*SAME, {"line1": "Rua das Flores 12", "line2": "4 B"}, {"city": "Braga"}])
    digests = list(
        Reservation.objects.filter(sale=sale)
        .order_by("number")
        .values_list("address_digest", flat=True)
    )
    assert len(set(digests[:4])) == 1
    assert len(set(digests)) == 3


def test_what_a_reservation_keeps_is_the_snapshot_of_its_address() -> None:
    sale = opened()
    (person,) = reserve_at(sale, [{"full_name": 'Zoë "Z" O\'Neil', "line1": "灯 1\\2"}])
    row = Reservation.objects.get(sale=sale)
    book = Address.objects.get(profile_id=person.profile_id)
    assert row.address == addresses.snapshot(book)
    assert row.address_digest == ""  # asked for by no rule of this sale


def test_above_the_limit_is_refused_and_the_unit_goes_to_somebody_else() -> None:
    sale = opened(per_address_limit=2)
    people = reserve_at(sale, [*SAME, {"line1": "Elsewhere 1"}])
    start(sale)
    for person in people:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    sales.drain(sale)
    assert states(sale) == ["held", "held", "refused", "refused", "held"]
    assert set(Claim.objects.filter(state="refused").values_list("reason", flat=True)) == {
        "address"
    }
    assert remain(sale) == 6
    assert conservation.drifts(sale) == {}
    assert conservation.count(sale.pk).holds


def test_the_limit_counts_what_earlier_batches_gave() -> None:
    sale = opened(per_address_limit=2)
    people = reserve_at(sale, SAME)
    start(sale)
    for person in people:
        sales.claim(sale, person)
        sales.drain(sale)
    assert states(sale) == ["held", "held", "refused", "refused"]


def test_a_unit_that_was_given_up_leaves_a_place_at_the_address() -> None:
    sale = opened(per_address_limit=1)
    first, second = reserve_at(sale, SAME[:2])
    start(sale)
    sales.claim(sale, first)
    sales.claim(sale, second)
    sales.drain(sale)
    assert states(sale) == ["held", "refused"]
    Claim.objects.filter(state="held").update(state="expired")
    assert sales.claim(sale, second).standing == Standing.IN_LINE
    sales.drain(sale)
    assert states(sale) == ["expired", "refused", "held"]


def test_without_the_guard_an_address_gets_more() -> None:
    sale = opened(per_address_limit=1)
    people = reserve_at(sale, SAME[:2])
    start(sale)
    for person in people:
        sales.claim(sale, person)
    with guards.switched_off("address limit"):
        sales.drain(sale)
    assert states(sale) == ["held", "held"]
