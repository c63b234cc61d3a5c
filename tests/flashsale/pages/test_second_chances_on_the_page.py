"""What somebody without a unit reads and can do, with and without JavaScript."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Notification, Profile, User
from flashsale import tokens
from flashsale.gate import admission, published
from flashsale.gate.keys import Keys
from flashsale.models import Attendance, Claim, Sale, WaitingPlace, Wave
from flashsale.services import attendance, news
from flashsale.services.watch.controller import Controller
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def browser_of(client_of: ClientOf, person: Person) -> Client:
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    return client_of(user)


def page(client: Client, sale: Sale) -> str:
    response = client.get(sale.get_absolute_url())
    assert response.status_code == 200
    return str(response.content.decode())


def tick(sale: Sale) -> None:
    assert Controller().tick(now=clock.now()) == []
    published.forget(sale.pk)
    sale.refresh_from_db()


def sold_out(*, wave: bool = True) -> tuple[Sale, list[Person]]:
    """One unit, held by the first; the second came and lost, the third never came."""
    sale = sales.live_sale(units=1)
    if wave:
        opens_at = clock.now() + timedelta(minutes=2)
        Wave.objects.create(sale=sale, number=1, opens_at=opens_at)
    crowd = sales.crowd(sale, 3)
    sales.open_gate(sale)
    for person in crowd[:2]:
        sales.claim(sale, person)
    sales.drain(sale)
    published.forget(sale.pk)
    return sale, crowd


def comes_back(sale: Sale) -> None:
    Claim.objects.filter(sale=sale, state="held").update(held_until=clock.now())
    tick(sale)


def open_wave(sale: Sale) -> None:
    comes_back(sale)
    Wave.objects.update(opens_at=clock.now())
    tick(sale)


def test_before_the_wave_it_says_when_and_how_many(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    said = page(browser_of(client_of, crowd[1]), sale)
    assert "The second wave is at" in said
    assert "so far 1 unit is unpaid" in said
    assert "You came and got none, so you may claim then." in said
    assert "offered to people who reserved, came" in page(Client(), sale)


def invitation_in(said: str) -> str:
    """The token of the form that invites, where there is one."""
    form = said.partition("data-sale-claim")[2].partition("</form>")[0]
    assert "I came for one: invite me" in form
    return form.partition('name="token" value="')[2].partition('"')[0]


def test_to_read_the_page_late_is_not_to_come(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    reader = browser_of(client_of, crowd[2])
    for _again in range(2):
        said = page(reader, sale)
        assert "offered to people who reserved, came" in said
        assert "You came and got none" not in said
    open_wave(sale)
    assert "Get one" not in page(reader, sale)


def test_who_comes_too_late_to_find_a_button_finds_another(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    late = browser_of(client_of, crowd[2])
    token = invitation_in(page(late, sale))
    answer = late.post(f"/sales/{sale.pk}/claim/", {"token": token})
    assert answer.status_code == 303
    said = late.get(answer["Location"]).content.decode()
    assert "You came and got none, so you may claim then." in said
    assert "invite me" not in said
    open_wave(sale)
    assert "Get one" in page(late, sale)


def test_nobody_else_is_offered_to_have_come(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    for other in (browser_of(client_of, crowd[0]), browser_of(client_of, crowd[1]), Client()):
        assert "invite me" not in page(other, sale)


def test_a_look_at_the_state_while_the_sale_runs_is_to_come(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    token = tokens.issue(sales.token_of(sale, crowd[2]))
    said = Client().get(f"/sales/{sale.pk}/state", headers={"Sale-Token": token}).json()
    assert said["standing"] == "sold_out"
    open_wave(sale)
    assert "Get one" in page(browser_of(client_of, crowd[2]), sale)


def test_a_look_before_the_start_or_once_a_wave_is_open_is_not() -> None:
    sale = sales.approved_sale()
    (early,) = sales.crowd(sale, 1)
    sales.open_gate(sale)
    admission.look(sales.token_of(sale, early))
    assert not redis.gate().exists(Keys(sale.pk).came)
    sale, crowd = sold_out()
    open_wave(sale)
    admission.look(sales.token_of(sale, crowd[2]))
    assert not redis.gate().getbit(Keys(sale.pk).came, crowd[2].number - 1)


@pytest.mark.parametrize("number", [1, 8, 9, 16, 17])
def test_who_came_is_read_from_one_byte(number: int) -> None:
    sale = sales.approved_sale()
    bits = bytearray(2)
    if number <= 16:
        bits[(number - 1) // 8] = 0x80 >> (number - 1) % 8
    Attendance.objects.create(sale=sale, bits=bytes(bits), counted_at=clock.now())
    came = [one for one in range(1, 25) if attendance.came(sale.pk, number=one)]
    assert came == ([number] if number <= 16 else [])
    assert not attendance.came(sales.approved_sale().pk, number=number)


def test_in_the_wave_only_who_is_invited_has_the_button(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    open_wave(sale)
    invited = browser_of(client_of, crowd[1])
    assert "Get one" in page(invited, sale)
    for other in (browser_of(client_of, crowd[0]), browser_of(client_of, crowd[2]), Client()):
        said = page(other, sale)
        assert "Get one" not in said
        assert "The second wave is open" in said


def test_the_wave_goes_from_the_button_to_the_unit_without_a_script(client_of: ClientOf) -> None:
    sale, crowd = sold_out()
    open_wave(sale)
    invited = browser_of(client_of, crowd[1])
    said = page(invited, sale)
    token = said.split('name="token" value="')[1].split('"')[0]
    answer = invited.post(f"/sales/{sale.pk}/claim/", {"token": token})
    assert answer.status_code == 303
    assert "You are in line" in invited.get(answer["Location"]).content.decode()
    sales.drain(sale)
    assert "Unit 1 is yours" in page(invited, sale)


def test_the_list_is_joined_and_left_by_plain_forms(client_of: ClientOf) -> None:
    sale, crowd = sold_out(wave=False)
    waiter = browser_of(client_of, crowd[2])
    assert "Wait for a unit" in page(waiter, sale)
    assert waiter.post(f"/sales/{sale.pk}/waiting/").status_code == 303
    assert "You are number 1 on the waiting list" in page(waiter, sale)
    assert waiter.post(f"/sales/{sale.pk}/waiting/leave/").status_code == 303
    assert "Wait for a unit" in page(waiter, sale)
    assert not WaitingPlace.objects.exists()


@pytest.mark.parametrize("path", ["waiting/", "waiting/leave/"])
def test_the_list_is_for_people_and_for_posts(path: str, alice: User, client_of: ClientOf) -> None:
    sale, _crowd = sold_out(wave=False)
    url = f"/sales/{sale.pk}/{path}"
    assert Client().post(url)["Location"].startswith("/accounts/login/")
    assert client_of(alice).get(url).status_code == 405
    expected = 404 if path == "waiting/" else 303  # nothing to leave is no mistake
    assert client_of(alice).post(url).status_code == expected


def test_who_got_it_from_the_list_is_told_and_sees_it(client_of: ClientOf) -> None:
    sale, crowd = sold_out(wave=False)
    waiter = browser_of(client_of, crowd[2])
    waiter.post(f"/sales/{sale.pk}/waiting/")
    comes_back(sale)
    assert "Unit 1 is yours" in page(waiter, sale)
    while news.tell(sale_id=sale.pk, now=clock.now()):
        pass
    news_page = waiter.get("/notifications/").content.decode()
    assert "is yours until" in news_page


def test_each_is_told_once_of_a_unit_of_a_wave_and_of_losing_again() -> None:
    sale, crowd = sold_out()
    comes_back(sale)
    attendance.note(redis.gate(), sale, now=clock.now())
    for _twice in range(2):
        while news.tell(sale_id=sale.pk, now=clock.now()):
            pass
    told = Notification.objects.filter(kind__startswith="flashsale.")
    by_kind = {
        kind: list(told.filter(kind=kind).values_list("recipient_id", flat=True))
        for kind in (news.WAVE_COMES, news.WAVE_LOST)
    }
    assert by_kind == {news.WAVE_COMES: [crowd[1].profile_id], news.WAVE_LOST: []}
    open_wave(sale)
    Wave.objects.update(opened_at=clock.now() - timedelta(hours=1))
    tick(sale)
    for _twice in range(2):
        while news.tell(sale_id=sale.pk, now=clock.now()):
            pass
    lost = told.filter(kind=news.WAVE_LOST).values_list("recipient_id", flat=True)
    assert list(lost) == [crowd[1].profile_id]


def test_a_holder_is_told_once_until_when() -> None:
    sale, crowd = sold_out()
    for _twice in range(2):
        while news.tell(sale_id=sale.pk, now=clock.now()):
            pass
    held = Notification.objects.get(kind=news.HELD)
    assert held.recipient_id == crowd[0].profile_id
    until = Claim.objects.get(state="held").held_until
    assert until is not None
    assert held.data == {"title": sale.title, "until": until.isoformat()}
