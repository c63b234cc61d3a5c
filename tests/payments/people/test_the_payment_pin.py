"""The payment PIN: set with the password, few tries, a new one by mail, asked for much money."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import PaymentPin
from payments.services.people import pins
from socialcommerce.lib import clock
from tests.conftest import PASSWORD
from tests.factories.people import PIN, with_pin

pytestmark = pytest.mark.django_db
OTHER = "774921"


def confirm(user: User, pin: str, **later: int) -> None:
    now = clock.now() + timedelta(**later)
    pins.confirm(profile_id=user.profile.pk, pin=pin, now=now)


def demand(user: User, amount_minor: int, pin: str = "") -> None:
    pins.demand(
        profile_id=user.profile.pk,
        amount_minor=amount_minor,
        currency="USD",
        has_pin=pins.is_confirmed(profile_id=user.profile.pk, pin=pin, now=clock.now()),
    )


def lock(user: User) -> None:
    for _try in range(5):
        with pytest.raises((pins.PinWrong, pins.PinLocked)):
            confirm(user, OTHER)


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567", "12345a", "123456", "654321", "111111", "４９３８１７", "49 817"],
)
def test_a_pin_that_is_none_or_the_first_guess_is_refused(alice: User, pin: str) -> None:
    with pytest.raises(pins.BadPin):
        with_pin(alice, pin)
    assert not PaymentPin.objects.exists()


def test_it_is_kept_as_a_hash(alice: User) -> None:
    with_pin(alice)
    assert PIN not in PaymentPin.objects.get().digest


def test_it_takes_the_password_to_set_it(alice: User) -> None:
    with pytest.raises(pins.PasswordWrong):
        pins.set_pin(user=alice, pin=PIN, password="wrong", now=clock.now())


def test_it_takes_the_old_one_to_change_it(alice: User) -> None:
    with_pin(alice)
    with pytest.raises(pins.PinNeeded):
        with_pin(alice, OTHER)
    pins.set_pin(user=alice, pin=OTHER, password=PASSWORD, old_pin=PIN, now=clock.now())
    confirm(alice, OTHER)


def test_whoever_has_set_it_is_told_by_mail(alice: User) -> None:
    with_pin(alice)
    assert [one.to for one in mail.outbox] == [["alice@example.com"]]


def test_little_money_moves_without_it(alice: User) -> None:
    demand(alice, 99_999)


def test_much_money_moves_with_it_only(alice: User) -> None:
    with pytest.raises(pins.PinMissing):
        demand(alice, 100_000)
    with_pin(alice)
    with pytest.raises(pins.PinNeeded):
        demand(alice, 100_000)
    with pytest.raises(pins.PinWrong):
        demand(alice, 100_000, OTHER)
    demand(alice, 100_000, PIN)


def test_five_wrong_ones_lock_it_for_a_quarter_of_an_hour(alice: User) -> None:
    with_pin(alice)
    for left in (4, 3, 2, 1):
        with pytest.raises(pins.PinWrong) as wrong:
            confirm(alice, OTHER)
        assert wrong.value.extra["tries_left"] == left
    with pytest.raises(pins.PinLocked) as locked:
        confirm(alice, OTHER)
    assert 800 < locked.value.extra["retry_after_seconds"] <= 900
    with pytest.raises(pins.PinLocked):
        confirm(alice, PIN)
    confirm(alice, PIN, minutes=16)


def test_after_the_rest_there_are_five_tries_again(alice: User) -> None:
    with_pin(alice)
    lock(alice)
    with pytest.raises(pins.PinWrong) as wrong:
        confirm(alice, OTHER, minutes=16)
    assert wrong.value.extra["tries_left"] == 4


def test_a_right_one_forgets_the_wrong_ones(alice: User) -> None:
    with_pin(alice)
    for pin in [OTHER, OTHER, PIN] * 4:
        try:
            confirm(alice, pin)
        except pins.PinWrong:
            continue
    confirm(alice, PIN)


def link_from_the_mail(user: User) -> str:
    pins.send_reset(user=user, password=PASSWORD, now=clock.now())
    found = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_a_new_one_is_set_behind_the_link_in_the_mail(alice: User, client_of) -> None:
    with_pin(alice)
    lock(alice)
    browser: Client = client_of(alice)
    url = link_from_the_mail(alice)
    assert browser.get(url).status_code == 200
    browser.post(url, {"pin": OTHER, "again": OTHER})
    confirm(alice, OTHER)
    assert browser.get(url).status_code == 404  # it worked once


def test_somebody_elses_link_opens_nothing(alice: User, mallory: User, client_of) -> None:
    with_pin(alice)
    with_pin(mallory)
    url = link_from_the_mail(alice)
    assert client_of(mallory).post(url, {"pin": OTHER, "again": OTHER}).status_code == 404
    confirm(alice, PIN)


def test_a_link_of_yesterday_opens_nothing(alice: User, client_of, settings) -> None:
    with_pin(alice)
    url = link_from_the_mail(alice)
    settings.PAYMENT_PIN_RESET_SECONDS = -1
    assert client_of(alice).get(url).status_code == 404


def test_without_the_password_no_link_is_sent(alice: User, client_of) -> None:
    with_pin(alice)
    mail.outbox.clear()
    answer = client_of(alice).post(reverse("payments:pin_forgotten"), {"password": "wrong"})
    assert (answer.status_code, mail.outbox) == (422, [])
    assert "That is not your password" in answer.content.decode()


def test_the_page_sets_it(alice: User, client_of) -> None:
    browser: Client = client_of(alice)
    form = {"pin": PIN, "again": OTHER, "password": PASSWORD}
    assert "The two PINs differ" in browser.post(reverse("payments:pin"), form).content.decode()
    browser.post(reverse("payments:pin"), {**form, "again": PIN})
    confirm(alice, PIN)
    page = browser.get(reverse("payments:pin")).content.decode()
    assert "The PIN you have" in page
