"""Bodies that no program of good will sends are malformed, never a server error."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.feed import post_of

ClientOf = Callable[[User], Client]
DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/api/v1/tokens", "/api/v1/posts", "/api/v1/me"])
def test_json_without_end_is_malformed(url: str, alice: User, client_of: ClientOf) -> None:
    method = "PATCH" if url.endswith("me") else "POST"
    answer = client_of(alice).generic(method, url, DEEP, "application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [b"null", b"[]", b'"text"', b"1" * 5_000, b"NaN", b"\xff\xfe{", b"", b'{"reason": {"a": 1}}'],
)
def test_another_kind_of_json_is_refused(body: bytes, alice: User, client_of: ClientOf) -> None:
    words = post_of(alice.profile)
    answer = client_of(alice).generic(
        "POST", f"/api/v1/posts/{words.pk}/report", body, "application/json"
    )

    assert answer.status_code == 400


def test_half_a_character_is_refused_and_not_repeated(alice: User, client_of: ClientOf) -> None:
    """A lone surrogate cannot be written as UTF-8: an error that quotes it would break."""
    words = post_of(alice.profile)
    body = json.dumps({"reason": "\ud800"})
    answer = client_of(alice).generic(
        "POST", f"/api/v1/posts/{words.pk}/report", body, "application/json"
    )

    assert answer.status_code == 400
    assert "reason" in answer.json()["errors"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("url", ["/api/schema/", "/api/schema/openapi.yaml"])
def test_the_document_is_only_read(url: str, method: str, client: Client) -> None:
    assert client.generic(method, url).status_code == 405
