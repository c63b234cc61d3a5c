"""The operator site: programmes, the next two weeks with empty ones marked, offers to decide."""

from collections.abc import Callable

import pytest
from django.test import Client, TestCase
from django.urls import reverse

from accounts.models import User
from flashsale.models import Programme, Sale, Slot, Submission
from shop.models import Variant
from tests.factories import line_up as make
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_variant

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
LISTS = ["programme", "slot", "submission"]


@pytest.fixture
def operator(client_of: ClientOf) -> Client:
    return client_of(UserFactory.create(is_operator=True))


@pytest.fixture
def variant(bob: User) -> Variant:
    return make_variant(make.seller_store(bob), on_hand=50)


def url(kind: str, page: str, *args: object) -> str:
    return reverse(f"operator:flashsale_{kind}_{page}", args=args)


def programme_form(**fields: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "name": "Nine o'clock",
        "local_time": "21:00",
        "weekdays": ["1", "32"],
        "category": "",
        "reserve_hours": 38,
        "lasts_minutes": 60,
        "is_active": "on",
    }
    return {**usual, **fields}


def test_a_programme_is_written_and_its_slots_are_there_at_once(operator: Client) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = operator.post(url("programme", "add"), programme_form())
    assert answer.status_code == 302, answer.content.decode()
    programme = Programme.objects.get()
    assert programme.weekdays == 0b0100001
    assert {slot.day.weekday() for slot in Slot.objects.all()} == {0, 5}
    page = operator.get(url("programme", "change", programme.pk)).content.decode()
    assert page.count("checked") >= 2


@pytest.mark.parametrize(
    "fields",
    [
        {"weekdays": []},
        {"weekdays": ["3"]},
        {"weekdays": ["128"]},
        {"local_time": "25:00"},
        {"lasts_minutes": 0},
        {"lasts_minutes": -1},
        {"reserve_hours": 0},
        {"reserve_hours": 10**9},
        {"category": "weapons"},
        {"name": ""},
    ],
)
def test_a_programme_that_cannot_be_is_refused_kindly(
    operator: Client, fields: dict[str, object]
) -> None:
    answer = operator.post(url("programme", "add"), programme_form(**fields))
    assert answer.status_code == 200
    assert "Constraint" not in answer.content.decode()
    assert not Programme.objects.exists()


def test_the_next_two_weeks_mark_what_is_empty(operator: Client, variant: Variant) -> None:
    make.empty_slot()
    page = operator.get(url("slot", "changelist")).content.decode()
    in_two_weeks = Slot.objects.count() - 1  # the page ends a day before the plan
    assert page.count("Look through the offers") in (in_two_weeks, in_two_weeks + 1)
    assert "All times: UTC" in page


def test_an_offer_is_accepted_into_an_empty_slot(
    operator: Client, bob: User, variant: Variant
) -> None:
    slot = make.empty_slot()
    submission = make.submit(bob, variant, wanted_on=slot.day)
    page = operator.get(url("submission", "accept", submission.pk)).content.decode()
    assert f'<option value="{slot.pk}" selected' in page
    form = {"slot": slot.pk, "answer": "Lovely"}
    answer = operator.post(url("submission", "accept", submission.pk), form)
    assert answer.status_code == 302
    sale = Sale.objects.get()
    detail = operator.get(url("submission", "change", submission.pk)).content.decode()
    assert reverse("operator:flashsale_sale_change", args=[sale.pk]) in detail
    assert url("submission", "accept", submission.pk) not in detail
    assert sale.title in operator.get(url("slot", "changelist")).content.decode()
    assert operator.post(url("submission", "accept", submission.pk), form).status_code == 422
    assert Sale.objects.count() == 1


def test_declining_wants_an_answer(operator: Client, bob: User, variant: Variant) -> None:
    submission = make.submit(bob, variant)
    address = url("submission", "decline", submission.pk)
    assert operator.get(address).status_code == 200
    assert operator.post(address, {"answer": ""}).status_code == 422
    assert operator.post(address, {"answer": "Too few"}).status_code == 302
    assert Submission.objects.get().answer == "Too few"
    assert operator.post(address, {"answer": "Again"}).status_code == 409


def test_the_first_page_says_what_waits(operator: Client, bob: User, variant: Variant) -> None:
    before = operator.get("/operator/").content.decode()
    assert "Slots of the line-up" not in before
    assert "Offers for the line-up" not in before
    make.empty_slot()
    make.submit(bob, variant)
    page = operator.get("/operator/").content.decode()
    assert "Slots of the line-up that are still empty" in page
    assert "Offers for the line-up" in page


@pytest.mark.parametrize("kind", LISTS)
def test_every_page_opens_for_operators_and_for_nobody_else(
    kind: str, operator: Client, alice: User, bob: User, client_of: ClientOf, variant: Variant
) -> None:
    slot = make.empty_slot()
    rows = {"programme": slot.programme, "slot": slot, "submission": make.submit(bob, variant)}
    addresses = [url(kind, "changelist"), url(kind, "change", rows[kind].pk)]
    if kind == "submission":
        addresses += [url(kind, page, rows[kind].pk) for page in ("accept", "decline")]
    for address in addresses:
        assert operator.get(address).status_code == 200, address
        assert client_of(alice).get(address).status_code in (302, 403)
        assert client_of(bob).get(address).status_code in (302, 403)  # a merchant is none
        assert Client().get(address).status_code == 302
    assert operator.get(url("submission", "accept", 987_654)).status_code == 404


def test_the_calendar_of_slots_takes_a_fixed_number_of_queries(
    operator: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(2):
        make.empty_slot()
        with django_assert_max_num_queries(12):
            operator.get(url("slot", "changelist"))
