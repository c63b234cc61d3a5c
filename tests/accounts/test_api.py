"""What programs can do with people, follows, addresses and news."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Address, Follow, User
from accounts.services import blocks, notices, people
from socialcommerce.lib import clock
from tests.conftest import PASSWORD
from tests.factories.accounts import AddressFactory, ProfileFactory, StoreProfileFactory

API = "/api/v1"
PROBLEM = "application/problem+json"
LOGIN = {"email": "alice@example.com", "password": PASSWORD}
ADDRESS = {
    "full_name": "Alice Archer",
    "line1": "1 Harbour Street",
    "city": "Porto",
    "country": "PT",
}


@pytest.fixture
def api(client_of):
    """Calls as a program with that person's token, or as nobody."""

    def call(method: str, path: str, data: object = None, user: User | None = None):
        headers = {}
        if user is not None:
            token = Client().post(
                f"{API}/tokens",
                {"email": user.email, "password": PASSWORD},
                content_type="application/json",
            )
            headers["Authorization"] = f"Token {token.json()['token']}"
        send = getattr(Client(enforce_csrf_checks=True), method)
        if method == "get":
            return send(f"{API}{path}", data, headers=headers)
        return send(f"{API}{path}", data, content_type="application/json", headers=headers)

    return call


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/me"),
        ("patch", "/me"),
        ("delete", "/tokens"),
        ("get", "/notifications"),
        ("post", "/notifications/read"),
        ("get", "/addresses"),
        ("post", "/addresses"),
        ("get", "/addresses/1"),
        ("patch", "/addresses/1"),
        ("delete", "/addresses/1"),
        ("put", "/profiles/alice/follow"),
        ("delete", "/profiles/alice/follow"),
        ("put", "/profiles/alice/block"),
        ("delete", "/profiles/alice/block"),
    ],
)
def test_a_stranger_is_told_401(alice: User, api, method: str, path: str) -> None:
    response = api(method, path)

    assert (response.status_code, response["Content-Type"]) == (401, PROBLEM)
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/me"), ("get", "/tokens"), ("put", "/addresses"), ("post", "/profiles/bob/follow")],
)
def test_a_wrong_method_is_told_405(alice: User, api, method: str, path: str) -> None:
    response = api(method, path, user=alice)

    assert (response.status_code, response["Content-Type"]) == (405, PROBLEM)


def test_a_token_is_made_used_and_ended(alice: User, api) -> None:
    made = api("post", "/tokens", LOGIN)
    again = api("post", "/tokens", LOGIN)
    headers = {"Authorization": f"Token {made.json()['token']}"}
    before = Client().get(f"{API}/me", headers=headers)
    ended = Client().delete(f"{API}/tokens", headers=headers)
    after = Client().get(f"{API}/me", headers=headers)

    assert (made.status_code, made.json()) == (201, again.json())
    assert (before.status_code, ended.status_code, after.status_code) == (200, 204, 401)


def test_wrong_logins_sound_alike_and_lock_out(alice: User, api) -> None:
    wrong = [api("post", "/tokens", LOGIN | {"password": "wrong-wrong-1"}) for _ in range(10)]
    unknown = api("post", "/tokens", LOGIN | {"email": "nobody@example.com"})
    locked = api("post", "/tokens", LOGIN)

    assert [one.status_code for one in wrong] == [401] * 9 + [429]
    assert unknown.json() == wrong[0].json()
    assert (locked.status_code, locked["Content-Type"]) == (429, PROBLEM)
    assert locked.json()["code"] == "locked-out"


def test_asking_for_tokens_without_end_is_refused(db: None, api) -> None:
    answers = [
        api("post", "/tokens", {"email": f"x{n}@example.com", "password": "p"}).status_code
        for n in range(31)
    ]

    assert answers == [401] * 30 + [429]


def test_an_unconfirmed_email_gets_no_token(alice: User, api) -> None:
    EmailAddress.objects.filter(user=alice).update(verified=False)

    assert api("post", "/tokens", LOGIN).status_code == 403


def test_somebody_closed_gets_no_token_and_loses_the_old_one(alice: User, api) -> None:
    token = api("post", "/tokens", LOGIN).json()["token"]
    people.deactivate(user=alice)

    old = Client().get(f"{API}/me", headers={"Authorization": f"Token {token}"})

    assert old.status_code == 401
    assert api("post", "/tokens", LOGIN).status_code == 401


@pytest.mark.parametrize("data", [{}, {"email": "x"}, [], "x", {"email": [], "password": {}}])
def test_a_malformed_login_is_told_400(db: None, api, data: object) -> None:
    response = api("post", "/tokens", data)

    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)


def test_me_says_who_one_is(alice: User, api) -> None:
    StoreProfileFactory.create(owner=alice, handle="harbour")

    me = api("get", "/me", user=alice).json()

    assert me["email"] == "alice@example.com"
    assert me["profile"]["handle"] == "alice"
    assert me["stores"] == [{"handle": "harbour", "role": "owner"}]


def test_me_changes_what_is_sent(alice: User, api) -> None:
    changed = api("patch", "/me", {"bio": "Paints ships."}, user=alice)
    refused = api("patch", "/me", {"name": "", "bio": "x" * 161}, user=alice)

    assert (changed.json()["profile"]["name"], changed.json()["profile"]["bio"]) == (
        "Alice",
        "Paints ships.",
    )
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"name", "bio"}


def test_a_profile_is_public(alice: User, bob: User, api) -> None:
    stranger = api("get", "/profiles/ALICE").json()
    known = api("get", "/profiles/alice", user=bob).json()

    assert (stranger["profile"]["handle"], stranger["relation"]) == ("alice", None)
    assert known["relation"]["follows"] is False


@pytest.mark.parametrize("handle", ["nobody", "a.b", "x" * 500])
@pytest.mark.parametrize("tail", ["", "/followers", "/following"])
def test_an_unknown_profile_is_told_404(db: None, api, handle: str, tail: str) -> None:
    response = api("get", f"/profiles/{handle}{tail}")

    assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)


def test_following_and_unfollowing_repeat_without_effect(alice: User, bob: User, api) -> None:
    put = [api("put", "/profiles/bob/follow", user=alice).json()["follows"] for _ in range(2)]
    bob.profile.refresh_from_db()
    count = bob.profile.follower_count
    gone = [api("delete", "/profiles/bob/follow", user=alice).json()["follows"] for _ in range(2)]

    assert (put, count, gone) == ([True, True], 1, [False, False])


def test_blocking_and_unblocking_repeat_without_effect(alice: User, bob: User, api) -> None:
    api("put", "/profiles/bob/follow", user=alice)
    put = [api("put", "/profiles/bob/block", user=alice).json() for _ in range(2)]
    gone = [api("delete", "/profiles/bob/block", user=alice).json() for _ in range(2)]

    assert [(one["blocks"], one["follows"]) for one in put] == [(True, False)] * 2
    assert [one["blocks"] for one in gone] == [False] * 2


def test_a_block_and_oneself_are_problems_with_a_code(alice: User, bob: User, api) -> None:
    blocks.block(blocker=bob.profile, blocked=alice.profile, now=clock.now())

    across = api("put", "/profiles/bob/follow", user=alice)
    oneself = api("put", "/profiles/alice/follow", user=alice)

    assert (across.status_code, across.json()["code"]) == (403, "blocked")
    assert (oneself.status_code, oneself.json()["code"]) == (422, "oneself")


def test_followers_come_in_pages(alice: User, api) -> None:
    for _ in range(5):
        Follow.objects.create(
            follower=ProfileFactory.create(), followed=alice.profile, created_at=clock.now()
        )
    first = api("get", "/profiles/alice/followers", {"size": "3"}).json()
    second = api(
        "get", "/profiles/alice/followers", {"size": "3", "cursor": first["next_cursor"]}
    ).json()

    handles = [row["profile"]["handle"] for row in first["results"] + second["results"]]
    assert (len(set(handles)), second["next_cursor"]) == (5, None)


@pytest.mark.parametrize("query", [{"size": "0"}, {"size": "x"}, {"cursor": "x"}])
def test_a_bad_page_is_told_400(alice: User, api, query: dict[str, str]) -> None:
    assert api("get", "/profiles/alice/following", query).status_code == 400


def test_a_page_costs_the_same_for_one_and_for_a_hundred(
    alice: User, django_assert_num_queries
) -> None:
    for count in (1, 99):
        for _ in range(count):
            Follow.objects.create(
                follower=ProfileFactory.create(), followed=alice.profile, created_at=clock.now()
            )
        with django_assert_num_queries(2):
            Client().get(f"{API}/profiles/alice/followers", {"size": "100"})


def test_an_address_is_added_changed_and_removed(alice: User, api) -> None:
    made = api("post", "/addresses", ADDRESS, user=alice)
    path = f"/addresses/{made.json()['id']}"
    changed = api("patch", path, {"city": "Braga"}, user=alice)
    listed = api("get", "/addresses", user=alice)
    removed = api("delete", path, user=alice)
    gone = api("get", path, user=alice)

    assert (made.status_code, made.json()["is_default"]) == (201, True)
    assert changed.json() == made.json() | {"city": "Braga"}
    assert listed.json() == [changed.json()]
    assert (removed.status_code, gone.status_code) == (204, 404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "XX"),
        ("country", "pt"),
        ("country", 7),
        ("city", ""),
        ("city", None),
        ("city", "x" * 81),
        ("line1", "a\x00b"),
        ("is_default", "perhaps"),
    ],
)
def test_a_bad_address_names_the_field(alice: User, api, field: str, value: object) -> None:
    response = api("post", "/addresses", ADDRESS | {field: value}, user=alice)

    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Address.objects.exists()


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("number", ["own", str(2**63), str(2**200)])
def test_somebody_elses_address_is_told_404(
    alice: User, mallory: User, api, method: str, number: str
) -> None:
    address = AddressFactory.create(profile=alice.profile)
    path = f"/addresses/{address.pk if number == 'own' else number}"

    assert api(method, path, {}, user=mallory).status_code == 404
    assert Address.objects.kept().get() == address


def test_news_are_listed_and_read(alice: User, bob: User, api) -> None:
    api("put", "/profiles/alice/follow", user=bob)
    page = api("get", "/notifications", user=alice).json()["results"]
    marked = [
        api("post", "/notifications/read", {"up_to": page[0]["id"]}, user=alice).json()["marked"]
        for _ in range(2)
    ]

    assert [(one["kind"], one["actor"]["handle"], one["read_at"]) for one in page] == [
        ("followed", "bob", None)
    ]
    assert marked == [1, 0]


def test_reading_leaves_the_news_of_others_alone(alice: User, mallory: User, api) -> None:
    notices.notify(
        recipient_id=alice.profile.pk,
        kind="followed",
        actor_id=mallory.profile.pk,
        url="/",
        now=clock.now(),
    )

    assert api("post", "/notifications/read", {}, user=mallory).json() == {"marked": 0}
    assert api("get", "/notifications", user=mallory).json()["results"] == []


@pytest.mark.parametrize("up_to", [0, -1, "x", 2**63, 1.5, None, []])
def test_a_bad_mark_is_told_400(alice: User, api, up_to: object) -> None:
    assert api("post", "/notifications/read", {"up_to": up_to}, user=alice).status_code == 400
