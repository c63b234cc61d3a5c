"""Static files go out compressed, cached for ever where hashed, and never from elsewhere."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client
from whitenoise import WhiteNoise

from socialcommerce.static_files import SERVED

CSS = b".button{color:red}" * 50


@pytest.fixture
def client(tmp_path: Path) -> Client:
    root = tmp_path / "static"
    (root / "css").mkdir(parents=True)
    for name in ("plaza.css", "plaza.0123456789ab.css"):
        (root / "css" / name).write_bytes(CSS)
        (root / "css" / f"{name}.gz").write_bytes(gzip.compress(CSS))
    (root / "mark.png").write_bytes(b"png")
    (tmp_path / "secret.txt").write_text("secret")

    def application(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"the application"]

    return Client(WhiteNoise(application, root=root, prefix="/static/", **SERVED))


def test_a_browser_that_takes_gzip_gets_it(client: Client) -> None:
    answer = client.get(
        "/static/css/plaza.css", headers={"Accept-Encoding": "br, gzip"}, buffered=True
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert gzip.decompress(answer.data) == CSS


def test_one_that_does_not_gets_the_plain_file(client: Client) -> None:
    answer = client.get("/static/css/plaza.css", buffered=True)
    assert "Content-Encoding" not in answer.headers
    assert answer.data == CSS


def test_hashed_names_are_kept_for_ever_and_others_for_an_hour(client: Client) -> None:
    assert (
        "immutable"
        in client.get("/static/css/plaza.0123456789ab.css", buffered=True).headers["Cache-Control"]
    )
    assert (
        client.get("/static/mark.png", buffered=True).headers["Cache-Control"]
        == "max-age=3600, public"
    )


def test_head_has_no_body(client: Client) -> None:
    answer = client.head("/static/css/plaza.css", buffered=True)
    assert answer.headers["Content-Length"] == str(len(CSS))
    assert answer.data == b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/missing.css",
        "/static/css",
        "/static/",
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static//etc/passwd",
        "/static/a%00b",
    ],
)
def test_what_is_not_there_or_not_below_the_root_is_not_a_file(client: Client, path: str) -> None:
    answer = client.get(path, buffered=True)
    assert answer.status_code == 404
    assert b"secret" not in answer.data


def test_only_reading_is_allowed(client: Client) -> None:
    answer = client.post("/static/css/plaza.css", buffered=True)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_everything_else_is_the_applications(client: Client) -> None:
    assert client.get("/market/", buffered=True).data == b"the application"
