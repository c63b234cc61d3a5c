"""Names that deceive the eye do not come in by any door."""

import pytest
from django.test import Client

from accounts.models import Profile, User
from accounts.services import profiles
from socialcommerce.lib import clock, names

SPITEFUL = "\u202eali\u200bce"


def test_signing_up_keeps_what_one_sees(db: None, client: Client) -> None:
    form = {"name": SPITEFUL, "handle": "carol", "email": "carol@example.com"}
    client.post("/accounts/signup/", form | {"password1": "a-quiet-harbour-9"})

    assert Profile.objects.get(handle="carol").name == "alice"


@pytest.mark.parametrize("empty", ["\u200b", "\u2800\u2800", "\u0958" * 50])
def test_a_name_that_shows_nothing_or_too_much_is_named(empty: str, alice: User, client_of) -> None:
    page = client_of(alice).post("/me/edit/", {"name": empty, "bio": ""})
    answer = client_of(alice).patch("/api/v1/me", {"name": empty}, "application/json")

    assert page.status_code == 422
    assert "name" in page.context["form"].errors
    assert answer.status_code == 400
    assert "name" in answer.json()["errors"]
    assert Profile.objects.get(user=alice).name == "Alice"


def test_editing_keeps_what_one_sees(alice: User, client_of) -> None:
    client_of(alice).post("/me/edit/", {"name": SPITEFUL, "bio": ""})
    assert Profile.objects.get(user=alice).name == "alice"


def test_a_store_keeps_what_one_sees(alice: User) -> None:
    store = profiles.create_store_profile(
        handle="tea_house", name=SPITEFUL, bio="", owner=alice, now=clock.now()
    )
    assert store.name == "alice"
    with pytest.raises(names.BadName):
        profiles.create_store_profile(
            handle="tea_room", name="\u200b", bio="", owner=alice, now=clock.now()
        )
