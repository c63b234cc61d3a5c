"""Nothing that people write becomes part of the page."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from feed.rendering import to_html
from feed.services import moderation
from socialcommerce.lib import clock
from tests.factories.feed import post_of

ClientOf = Callable[[User], Client]
NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    'https://example.com/"><script>alert(1)</script>',
    "https://example.com/'onmouseover='alert(1)",
    "#tag<script>alert(1)</script>",
    "@alice<script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% now 'Y' %}",
    "&lt;script&gt;",
    "</article></main><h1>owned",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_text_stays_text(alice: User, bob: User, client_of: ClientOf, nasty: str) -> None:
    alice.profile.name = "<b>Alice</b>"
    alice.profile.bio = "<script>alert(2)</script>"
    alice.profile.save()
    post = post_of(alice.profile, nasty)
    client = client_of(bob)
    pages = ["/explore/", f"/posts/{post.pk}/", "/@alice/", f"/reports/post/{post.pk}/"]
    for page in pages:
        html = client.get(page).content.decode()
        for dangerous in ("<script>alert", "<img src=x", "<b>Alice", "<h1>owned", "'onmouseover='"):
            assert dangerous not in html, (page, dangerous)
        assert 'href="javascript:' not in html


def test_links_are_links_and_the_rest_is_escaped() -> None:
    html = to_html("Hi @Alice & @ghost: #Plaza\nhttps://example.com/?a=1&b=2", {"ALICE": "alice"})
    assert html == (
        'Hi <a href="/@alice/">@Alice</a> &amp; @ghost: <a href="/topics/plaza/">#Plaza</a><br>'
        '<a href="https://example.com/?a=1&amp;b=2" rel="nofollow ugc noopener" target="_blank">'
        "example.com/?a=1&amp;b=2</a>"
    )


def test_a_long_address_is_shown_short() -> None:
    html = to_html("https://www.example.com/" + "a" * 80, {})
    assert ">example.com/" in html
    assert "…</a>" in html


def test_an_operators_reason_is_text_too(alice: User, client_of: ClientOf) -> None:
    post = post_of(alice.profile)
    moderation.hide(post_id=post.pk, reason="<script>alert(1)</script>", now=clock.now())
    client = client_of(alice)
    for page in (f"/posts/{post.pk}/", "/notifications/"):
        assert "<script>alert" not in client.get(page).content.decode()


def test_what_is_searched_for_is_text_too(alice: User, client_of: ClientOf, shelf: object) -> None:
    nasty = "<script>alert(1)</script>"
    client = client_of(alice)
    for answer in (
        client.get("/compose/cards/", {"card_query": nasty}),
        client.get("/compose/", {"text": nasty, "card": nasty}),
        client.post("/compose/", {"text": nasty, "card_query": nasty, "find": "1", "key": nasty}),
    ):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
