"""The address book: add, change, remove, undo, and nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import countries
from accounts.models import Address, User
from accounts.services import addresses
from socialcommerce.lib import clock
from tests.factories.accounts import AddressFactory

FORM = {
    "full_name": "Alice Archer",
    "line1": "1 Harbour Street",
    "line2": "",
    "city": "Porto",
    "region": "",
    "postal_code": "4050-001",
    "country": "PT",
    "phone": "",
}


def kept(user: User) -> list[Address]:
    return list(Address.objects.kept().filter(profile=user.profile))


def test_the_first_address_is_the_default(alice: User, client_of) -> None:
    response = client_of(alice).post("/me/addresses/new/", FORM)

    assert response["Location"] == "/me/addresses/"
    assert [(one.line1, one.is_default) for one in kept(alice)] == [("1 Harbour Street", True)]


def test_a_second_one_becomes_the_default_only_if_asked(alice: User, client_of) -> None:
    browser = client_of(alice)
    browser.post("/me/addresses/new/", FORM)
    browser.post("/me/addresses/new/", FORM | {"city": "Braga"})
    browser.post("/me/addresses/new/", FORM | {"city": "Faro", "is_default": "on"})

    assert [one.city for one in kept(alice)] == ["Faro", "Braga", "Porto"]
    assert [one.is_default for one in kept(alice)] == [True, False, False]


def test_checkout_gets_its_person_back(alice: User, client_of) -> None:
    browser = client_of(alice)
    page = browser.get("/me/addresses/new/?next=/checkout/7/")
    response = browser.post("/me/addresses/new/", FORM | {"next": "/checkout/7/"})
    evil = browser.post("/me/addresses/new/", FORM | {"next": "https://evil.example/"})

    assert b'name="next" value="/checkout/7/"' in page.content
    assert response["Location"] == "/checkout/7/"
    assert evil["Location"] == "/me/addresses/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "x" * 101),
        ("line1", ""),
        ("city", ""),
        ("country", ""),
        ("country", "XX"),
        ("country", "pt"),
        ("country", "EU"),
        ("postal_code", "x" * 17),
        ("phone", "1" * 25),
        ("line2", "a\x00b"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_kept(
    alice: User, client_of, field: str, value: str
) -> None:
    response = client_of(alice).post("/me/addresses/new/", FORM | {field: value})

    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not kept(alice)


def test_an_address_is_edited(alice: User, client_of) -> None:
    address = AddressFactory.create(profile=alice.profile)
    browser = client_of(alice)
    page = browser.get(f"/me/addresses/{address.pk}/")
    browser.post(f"/me/addresses/{address.pk}/", FORM | {"city": "Lisboa"})

    assert b"4050-001" in page.content
    assert [one.city for one in kept(alice)] == ["Lisboa"]


def test_the_default_moves(alice: User, client_of) -> None:
    first = AddressFactory.create(profile=alice.profile, is_default=True)
    second = AddressFactory.create(profile=alice.profile)
    browser = client_of(alice)
    for _ in range(2):
        browser.post(f"/me/addresses/{second.pk}/default/")

    assert [one.pk for one in kept(alice)] == [second.pk, first.pk]
    assert [one.is_default for one in kept(alice)] == [True, False]


def test_removing_can_be_undone(alice: User, client_of) -> None:
    address = AddressFactory.create(profile=alice.profile, is_default=True)
    browser = client_of(alice)
    browser.post(f"/me/addresses/{address.pk}/remove/")
    page = browser.get("/me/addresses/")
    gone = kept(alice)
    for _ in range(2):
        browser.post(f"/me/addresses/{address.pk}/restore/")

    assert gone == []
    assert b"1 Harbour Street" in page.content
    assert b"Undo" in page.content
    assert [one.is_default for one in kept(alice)] == [True]


def test_the_undo_is_offered_for_two_minutes(alice: User) -> None:
    address = AddressFactory.create(profile=alice.profile)
    now = clock.now()
    addresses.remove(address=address, now=now)

    def offered(after: timedelta) -> Address | None:
        return addresses.just_removed(profile=alice.profile, now=now + after)

    assert offered(timedelta(seconds=119)) == address
    assert offered(timedelta(seconds=121)) is None


def test_the_newest_other_address_takes_over_as_default(alice: User, client_of) -> None:
    first = AddressFactory.create(profile=alice.profile, is_default=True)
    others = [AddressFactory.create(profile=alice.profile) for _ in range(2)]

    client_of(alice).post(f"/me/addresses/{first.pk}/remove/")

    assert [(one.pk, one.is_default) for one in kept(alice)] == [
        (others[1].pk, True),
        (others[0].pk, False),
    ]


def test_a_removed_address_is_not_removed_twice(alice: User, client_of) -> None:
    address = AddressFactory.create(profile=alice.profile)
    browser = client_of(alice)
    browser.post(f"/me/addresses/{address.pk}/remove/")

    assert browser.post(f"/me/addresses/{address.pk}/remove/").status_code == 404


@pytest.mark.parametrize("act", ["", "default/", "remove/", "restore/"])
def test_somebody_elses_address_is_not_there(
    alice: User, mallory: User, client_of, act: str
) -> None:
    address = AddressFactory.create(profile=alice.profile)

    response = client_of(mallory).post(f"/me/addresses/{address.pk}/{act}", FORM | {"city": "X"})

    assert response.status_code == 404
    assert [(one.city, one.is_default) for one in kept(alice)] == [("Porto", False)]


@pytest.mark.parametrize("act", ["", "default/", "remove/", "restore/"])
def test_a_stranger_is_sent_to_the_login(alice: User, client: Client, act: str) -> None:
    address = AddressFactory.create(profile=alice.profile)

    response = client.post(f"/me/addresses/{address.pk}/{act}")

    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("act", ["default", "remove", "restore"])
def test_an_act_takes_a_post_only(alice: User, client_of, act: str) -> None:
    address = AddressFactory.create(profile=alice.profile)

    assert client_of(alice).get(f"/me/addresses/{address.pk}/{act}/").status_code == 405


def test_a_book_has_an_end(alice: User, client_of) -> None:
    AddressFactory.create_batch(addresses.ADDRESSES_MAX, profile=alice.profile)

    response = client_of(alice).post("/me/addresses/new/", FORM)

    assert response.status_code == 409
    assert len(kept(alice)) == addresses.ADDRESSES_MAX


def test_an_order_keeps_strings(alice: User) -> None:
    address = AddressFactory.create(profile=alice.profile)

    assert addresses.snapshot(address) == {
        "full_name": "Alice Archer",
        "line1": "1 Harbour Street",
        "line2": "",
        "city": "Porto",
        "region": "",
        "postal_code": "4050-001",
        "country": "PT",
        "country_name": "Portugal",
        "phone": "",
    }


def test_the_countries_are_those_of_iso_3166() -> None:
    codes = [code for code, _name in countries.choices()]

    assert len(codes) == len(set(codes)) == 249
    assert countries.is_country("TW")
    assert not countries.is_country("EU")


@pytest.mark.parametrize("count", [1, 30])
def test_the_book_costs_the_same_for_one_and_for_many(
    alice: User, client_of, django_assert_max_num_queries, count: int
) -> None:
    browser = client_of(alice)
    AddressFactory.create_batch(count, profile=alice.profile)
    with django_assert_max_num_queries(7):
        browser.get("/me/addresses/")
