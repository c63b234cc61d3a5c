"""People, money and reservations that one statement makes are what the services would make."""

from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import Address, Profile
from accounts.services import addresses
from benchmarks import crowd, sales
from benchmarks.load import address
from flashsale import tokens
from flashsale.models import Reservation, Sale
from payments.models import AccountKind, LedgerTransaction
from payments.services import chart, ledger, wallets
from payments.services.ledger import Entry, Leg
from socialcommerce.lib import clock

PEOPLE = 12

pytestmark = pytest.mark.django_db(transaction=True)


def everybody() -> list[Profile]:
    return list(Profile.objects.filter(handle__startswith="v_").order_by("pk"))


def test_as_many_people_as_wanted_are_there_however_often_they_are_called() -> None:
    crowd.gather(5, now=clock.now())
    crowd.gather(PEOPLE, now=clock.now())
    crowd.gather(3, now=clock.now())

    assert len(everybody()) == PEOPLE
    assert Address.objects.filter(is_default=True, country="NL").count() == PEOPLE
    assert all(person.user and person.user.is_active for person in everybody())


def test_their_money_is_in_the_books_once_and_the_books_prove() -> None:
    crowd.gather(PEOPLE, now=clock.now())
    for _again in range(2):
        crowd.fill_wallets(PEOPLE, now=clock.now())

    assert ledger.verify() == []
    assert LedgerTransaction.objects.filter(kind="grant").count() == PEOPLE
    for person in everybody():
        balance = wallets.balance(profile_id=person.pk)
        assert balance.available_minor == crowd.MONEY_MINOR


def test_the_ledger_knows_each_grant_as_one_of_its_own() -> None:
    """The same key and body again returns what stands; another body would be a conflict."""
    crowd.gather(1, now=clock.now())
    crowd.fill_wallets(1, now=clock.now())
    owner = chart.owner_of(everybody()[0].pk)
    wallet = chart.account(owner=owner, kind=AccountKind.WALLET, currency="USD").pk
    leg = Leg(chart.equity("USD").pk, wallet, crowd.MONEY_MINOR)

    with transaction.atomic():
        entry = Entry("grant", "grant", f"bench:{owner}", (leg,))
        booked = ledger.post_many([entry], now=clock.now())

    assert [*booked.values()] == [LedgerTransaction.objects.get().pk]


def test_their_reservations_are_numbered_and_keep_the_address() -> None:
    crowd.gather(PEOPLE, now=clock.now())
    stage = sales.draft(units=3, now=clock.now())
    crowd.reserve(stage, PEOPLE, pays=True, now=clock.now())

    rows = list(Reservation.objects.filter(sale_id=stage.sale_id).order_by("number"))
    home = Address.objects.get(profile_id=rows[0].person_id)
    assert [row.number for row in rows] == list(range(1, PEOPLE + 1))
    assert rows[0].address == addresses.snapshot(home)
    assert Sale.objects.get(pk=stage.sale_id).reserved == PEOPLE


def test_everybody_comes_with_a_token_of_their_own(tmp_path: Path) -> None:
    crowd.gather(PEOPLE, now=clock.now())
    stage = sales.draft(units=3, now=clock.now())
    crowd.reserve(stage, PEOPLE, pays=True, now=clock.now())

    file = crowd.write_claims(tmp_path / "claims", stage, 4, one_in=3)

    lines = [line.split("\t") for line in file.read_text().splitlines()]
    carried = [header.removeprefix("Sale-Token: ") for _key, _from, header, _body in lines]
    read = [tokens.read(text, sale_id=stage.sale_id) for text in carried]
    assert [token.number for token in read] == [3, 6, 9, 12]
    assert [token.person_id for token in read] == [int(line[0]) for line in lines]
    assert all(token.lot_id == stage.lot_id for token in read)


def test_everybody_comes_from_an_address_of_their_own() -> None:
    seen = {address(number) for number in range(100_000)}

    assert len(seen) == 100_000
    assert len({text.rpartition(".")[0] for text in seen}) > 90_000
