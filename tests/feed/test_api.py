"""The same acts for programs: problem+json, cursors, idempotency keys."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from accounts.services import memberships
from feed.models import Like, Post, Report
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.feed import many_posts, post_of

from .conftest import Shelf

ClientOf = Callable[[User], Client]
API = "/api/v1"


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return client.generic(
        method,
        API + path,
        b"" if body is None else json.dumps(body).encode(),
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_a_post_is_published_once_for_a_key(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    body = {"text": "From a program #api"}
    first = send(client, "POST", "/posts", body, Idempotency_Key="k-1")
    again = send(client, "POST", "/posts", body, Idempotency_Key="k-1")
    other = send(client, "POST", "/posts", {"text": "Other"}, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == again.json()
    assert Post.objects.count() == 1
    shown = first.json()
    assert (shown["author"]["handle"], shown["mine"], shown["card"]) == ("alice", True, None)
    assert shown["entities"] == [{"kind": "topic", "start": 15, "end": 19, "value": "api"}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "a" * 281}, 422),
        ({"text": "a" * 5_000}, 400),
        ({"text": ["x"]}, 400),
        ({"text": None}, 400),
        ({"text": "nul\0"}, 400),
        ({"text": "\ud800"}, 400),
        ({"text": "x", "in_reply_to": 0}, 400),
        ({"text": "x", "in_reply_to": 2**63}, 400),
        ({"text": "x", "in_reply_to": 99_999}, 404),
        ({"text": "x", "card_type": "thing"}, 400),
        ({"text": "x", "card_type": "nothing", "card_id": 1}, 422),
        ({"text": "x", "author": "bob"}, 404),
        ([], 400),
        ("text", 400),
        (None, 422),
    ],
)
def test_bad_posts_are_problems(
    alice: User, bob: User, client_of: ClientOf, body: Any, status: int
) -> None:
    answer = send(client_of(alice), "POST", "/posts", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not Post.objects.exists()


def test_a_bad_key_is_refused(alice: User, client_of: ClientOf) -> None:
    answer = send(client_of(alice), "POST", "/posts", {"text": "x"}, Idempotency_Key="no spaces")
    assert answer.status_code == 400
    assert not Post.objects.exists()


def test_pictures_come_as_multipart(
    alice: User, client_of: ClientOf, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(out, "PNG")
    upload = SimpleUploadedFile("p.png", out.getvalue(), "image/png")
    answer = client_of(alice).post(
        f"{API}/posts", {"text": "look", "pictures": [upload], "alt_texts": ["A teal bar"]}
    )
    assert answer.status_code == 201
    (picture,) = answer.json()["pictures"]
    assert (picture["alt_text"], picture["width"], picture["height"]) == ("A teal bar", 20, 10)


def test_a_store_posts_through_who_runs_it(alice: User, client_of: ClientOf) -> None:
    store = StoreProfileFactory(handle="Lamps", verified_at=clock.now())
    memberships.add(profile=store, user=alice, role="owner", now=clock.now())
    answer = send(client_of(alice), "POST", "/posts", {"text": "New lamps", "author": "lamps"})
    assert (answer.status_code, answer.json()["author"]["handle"]) == (201, "Lamps")


def test_a_card_is_attached(alice: User, client_of: ClientOf, shelf: Shelf) -> None:
    body = {"text": "", "card_type": "thing", "card_id": 1}
    answer = send(client_of(alice), "POST", "/posts", body)
    assert answer.json()["card"] == {"type": "thing", "id": 1, "is_available": True}
    gift = send(client_of(alice), "POST", "/posts", {**body, "card_type": "gift"})
    assert gift.status_code == 422


@pytest.mark.parametrize(("act", "field"), [("like", "liked"), ("repost", "reposted")])
def test_put_and_delete_can_be_repeated(
    alice: User, bob: User, client_of: ClientOf, act: str, field: str
) -> None:
    post = post_of(alice.profile)
    client = client_of(bob)
    for method, state in (("PUT", True), ("PUT", True), ("DELETE", False), ("DELETE", False)):
        answer = send(client, method, f"/posts/{post.pk}/{act}")
        assert (answer.status_code, answer.json()[field]) == (200, state)
        assert answer.json()[f"{act}_count"] == int(state)


def test_only_the_author_deletes_and_restores(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_of(alice.profile)
    assert send(client_of(mallory), "DELETE", f"/posts/{post.pk}").status_code == 404
    client = client_of(alice)
    for _again in range(2):
        assert send(client, "DELETE", f"/posts/{post.pk}").status_code == 204
    assert send(client, "GET", f"/posts/{post.pk}").status_code == 404
    assert send(client_of(mallory), "POST", f"/posts/{post.pk}/restore").status_code == 404
    assert send(client, "POST", f"/posts/{post.pk}/restore").json()["id"] == post.pk


def test_a_report_is_taken_once(alice: User, bob: User, client_of: ClientOf) -> None:
    post = post_of(alice.profile)
    client = client_of(bob)
    first = send(client, "POST", f"/posts/{post.pk}/report", {"reason": "spam"})
    again = send(client, "POST", f"/posts/{post.pk}/report", {"reason": "abuse"})
    assert (first.status_code, again.json()) == (201, first.json())
    bad = send(client, "POST", f"/posts/{post.pk}/report", {"reason": "bored"})
    assert bad.status_code == 400
    assert Report.objects.count() == 1


def test_timelines_page_by_cursor(alice: User, bob: User, client_of: ClientOf) -> None:
    many_posts(alice.profile, 7, text="#plaza")
    client = client_of(alice)
    for path in ("home", "explore", "topics/PLAZA", "profiles/alice/posts"):
        seen: list[int] = []
        cursor = ""
        while True:
            answer = client.get(f"{API}/timelines/{path}", {"size": 3, "cursor": cursor}).json()
            seen += [post["id"] for post in answer["results"]]
            cursor = answer["next_cursor"]
            if not cursor:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == 7, path


def test_replies_come_oldest_first(alice: User, client: Client) -> None:
    post = post_of(alice.profile)
    many_posts(alice.profile, 3, in_reply_to_id=post.pk)
    found = client.get(f"{API}/posts/{post.pk}/replies").json()["results"]
    assert [reply["text"] for reply in found] == ["Post 0", "Post 1", "Post 2"]
    assert {reply["in_reply_to"] for reply in found} == {post.pk}


@pytest.mark.parametrize("size", ["0", "101", "-1", "1e9", "x", "９", "9" * 30])
def test_a_page_has_a_size(client: Client, db: None, size: str) -> None:
    answer = client.get(f"{API}/timelines/explore", {"size": size})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_stranger_reads_and_does_nothing(alice: User, client: Client) -> None:
    post = post_of(alice.profile)
    assert client.get(f"{API}/posts/{post.pk}").json()["liked"] is False
    assert client.get(f"{API}/timelines/explore").status_code == 200
    for method, path in (
        ("POST", "/posts"),
        ("DELETE", f"/posts/{post.pk}"),
        ("PUT", f"/posts/{post.pk}/like"),
        ("PUT", f"/posts/{post.pk}/repost"),
        ("POST", f"/posts/{post.pk}/report"),
        ("POST", f"/posts/{post.pk}/restore"),
        ("GET", "/timelines/home"),
    ):
        answer = send(client, method, path, None if method == "GET" else {})
        assert answer.status_code in (401, 403), path
        assert answer["Content-Type"] == "application/problem+json"
    assert not Like.objects.exists()


def test_another_method_is_refused(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    for method, path in (("PUT", "/posts"), ("PATCH", "/posts/1"), ("POST", "/posts/1/like")):
        assert send(client, method, path, {}).status_code == 405
