"""Changing what others see of oneself."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind)
    return SimpleUploadedFile("holiday at home.png", out.getvalue(), "image/png")


def edit(client: Client, **fields: object):
    return client.post("/me/edit/", {"name": "Alice", "bio": ""} | fields)


def test_the_new_name_and_words_are_shown(alice: User, client_of) -> None:
    response = edit(client_of(alice), name="Alice A.", bio=" Paints\r\nships. ")
    alice.profile.refresh_from_db()

    assert response["Location"] == "/@alice/"
    assert (alice.profile.name, alice.profile.bio) == ("Alice A.", "Paints ships.")


def test_a_picture_is_written_anew_and_small(alice: User, client_of) -> None:
    edit(client_of(alice), avatar=picture())
    alice.profile.refresh_from_db()

    with Image.open(alice.profile.avatar.path) as stored:
        assert (stored.format, stored.size) == ("WEBP", (400, 267))
    assert "holiday" not in alice.profile.avatar_url


def test_a_new_picture_takes_the_old_file_away(
    alice: User, client_of, tmp_path, django_capture_on_commit_callbacks
) -> None:
    browser = client_of(alice)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            edit(browser, avatar=picture())

    assert len(list(tmp_path.rglob("*.webp"))) == 1


def test_a_removed_picture_leaves_the_initial(
    alice: User, client_of, tmp_path, django_capture_on_commit_callbacks
) -> None:
    browser = client_of(alice)
    edit(browser, avatar=picture())
    with django_capture_on_commit_callbacks(execute=True):
        edit(browser, remove_avatar="on")
    alice.profile.refresh_from_db()

    assert alice.profile.avatar_url == ""
    assert alice.profile.initial == "A"
    assert not list(tmp_path.rglob("*.webp"))


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("x.png", b"not a picture", "image/png"),
        SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    ],
)
def test_a_bad_picture_is_refused_and_nothing_is_saved(
    alice: User, client_of, upload: SimpleUploadedFile
) -> None:
    response = edit(client_of(alice), name="Changed", avatar=upload)
    alice.profile.refresh_from_db()

    assert response.status_code == 422
    assert response.context["form"].errors["avatar"]
    assert alice.profile.name == "Alice"


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "x" * 51), ("bio", "x" * 161), ("name", "a\x00b")]
)
def test_a_bad_field_is_named(alice: User, client_of, field: str, value: str) -> None:
    response = edit(client_of(alice), **{field: value})

    assert response.status_code == 422
    assert response.context["form"].errors[field]


def test_words_are_shown_as_words(alice: User, client_of) -> None:
    browser = client_of(alice)
    edit(browser, name="<script>x</script>")

    assert b"<script>x" not in browser.get("/me/").content


def test_the_ground_of_the_initial_stays_the_same(alice: User) -> None:
    hue = alice.profile.hue
    alice.profile.handle = "ALICE"

    assert 0 <= hue < 12
    assert alice.profile.hue == hue
