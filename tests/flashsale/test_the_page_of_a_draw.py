"""The page of a draw from announced to over: what it says, to whom, and that it needs no script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Profile, User
from flashsale.models import Claim, Sale, SaleKind
from flashsale.services import sales as operator
from flashsale.services.fairness import draws, secrets
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def page(client: Client, sale: Sale, path: str = "") -> str:
    response = client.get(f"{sale.get_absolute_url()}{path}")
    assert response.status_code == 200
    return str(response.content.decode())


def user_of(person: sales.Person) -> User:
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    return user


def test_announced_says_that_being_fast_gains_nothing() -> None:
    sale = sales.approved_sale(kind=SaleKind.DRAW, opens_in=600, pass_weight=2)
    said = page(Client(), sale)
    assert "This sale is a draw" in said
    assert "with a pass 3" in said
    assert "you trust the operator" in said


def test_whoever_reserves_sees_weight_chance_and_the_pass(alice: User, client_of: ClientOf) -> None:
    sale, people = factory.entered(people=12, units=3, pass_weight=2)
    make_address(alice.profile)
    assert "Where it goes" in page(client_of(alice), sale)
    browser = client_of(user_of(people[0]))
    said = page(browser, sale)
    assert "Reserved, number 1" in said
    assert "1 in 4" in said
    assert "Get the pass for free" in said
    answer = browser.post(f"/sales/{sale.pk}/pass/", {"route": "free"})
    assert answer.status_code == 303
    said = page(browser, sale)
    assert "You have a pass" in said
    assert '<dd class="statistic__value">3</dd>' in said


def test_ready_shows_the_hash_of_the_sealed_list_and_no_button(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=4)
    factory.seal(sale)
    Sale.objects.filter(pk=sale.pk).update(starts_at=clock.now() + timedelta(minutes=5))
    sale.refresh_from_db()
    said = page(client_of(user_of(people[0])), sale)
    assert "The list is sealed" in said
    assert sale.root in said
    assert "The draw is in" in said
    assert "Get one" not in said


def test_while_it_is_drawn_the_page_asks_again(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=4)
    factory.seal(sale)
    said = page(client_of(user_of(people[0])), sale)
    assert "The draw is under way" in said
    assert "data-under-way" in said
    assert 'data-draw-step="0"' in said
    assert f'hx-get="/sales/{sale.pk}/panel/"' not in said
    assert "Get one" not in said


def test_drawn_shows_winners_their_unit_and_losers_their_turn(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=4, units=2)
    factory.draw(sale)
    for person in people:
        said = page(client_of(user_of(person)), sale)
        if person.number in factory.winners(sale):
            assert "is yours" in said
        else:
            assert "You were not drawn" in said
            assert "You have 1 turn at this store" in said
    loser = next(person for person in people if person.number not in factory.winners(sale))
    turns = client_of(user_of(loser)).get("/sales/turns/").content.decode()
    assert sale.title in turns
    assert "weighs until" in turns


def test_a_void_draw_says_in_public_who_kept_the_secret_back(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=3)
    holder = UserFactory.create()
    by = UserFactory.create(is_operator=True)
    secrets.invite(sale_id=sale.pk, party="Notary", holder=holder, by=by, now=clock.now())
    secrets.commit(sale_id=sale.pk, holder=holder, commitment="ab" * 32, now=clock.now())
    factory.seal(sale)
    waiting = page(client_of(user_of(people[0])), sale)
    assert not draws.allocate(sale, now=clock.now())
    assert "waits for the secret of Notary" in waiting
    assert not draws.allocate(sale, now=clock.now() + timedelta(hours=1))
    sale.refresh_from_db()
    assert (sale.state, sale.voided_at is not None) == ("cancelled", True)
    said = page(Client(), sale)
    assert "The draw is void" in said
    assert "Notary kept back" in said
    assert not Claim.objects.exists()


def test_every_unit_has_its_place_on_the_public_page() -> None:
    sale, _people = factory.entered(people=4, units=70)
    factory.draw(sale)
    said = page(Client(), sale, "units/")
    assert "Unit 1 " in said
    assert said.count("sale__who") == 4
    more = page(Client(), sale, f"units/?cursor={said.split('?cursor=')[1].split(chr(34))[0]}")
    assert "Unit 70 " in more
    assert Client().get(f"/sales/{sale.pk}/units/?cursor=zzz").status_code == 400


def test_the_record_the_script_and_ones_own_receipt_can_be_downloaded(
    alice: User, client_of: ClientOf
) -> None:
    sale, people = factory.entered(people=4)
    factory.seal(sale)
    record = b"".join(Client().get(f"/sales/{sale.pk}/record.jsonl").streaming_content)
    assert record == factory.record(sale)
    script = b"".join(Client().get("/sales/verify_sale.py").streaming_content)
    assert script == factory.SCRIPT.read_bytes()
    mine = client_of(user_of(people[1])).get(f"/sales/{sale.pk}/receipt.json").json()
    assert mine["line"].startswith("2,")
    assert mine["root"] == sale.root
    assert client_of(alice).get(f"/sales/{sale.pk}/receipt.json").status_code == 404
    assert Client().get(f"/sales/{sale.pk}/receipt.json").status_code == 303


@pytest.mark.parametrize("path", ["record.jsonl", "units/", "secrets/", "receipt.json"])
def test_of_a_draft_nothing_is_public(path: str, alice: User, client_of: ClientOf) -> None:
    sale = sales.draft_sale(kind=SaleKind.DRAW)
    assert client_of(alice).get(f"/sales/{sale.pk}/{path}").status_code == 404
    assert client_of(alice).put(f"/sales/{sale.pk}/{path}").status_code == 405


def test_a_cancelled_draw_is_over_like_any_sale() -> None:
    sale, _people = factory.entered(people=2)
    operator.cancel(sale_id=sale.pk, now=clock.now())
    assert "The sale was cancelled" in page(Client(), sale)
