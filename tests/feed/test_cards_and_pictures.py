"""What goes with the words."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from feed import cards, slots
from feed.cards import CardRef, CardType, UnknownCard
from feed.models import Post, PostPicture
from feed.services.posts import NewPicture, TooManyPictures
from socialcommerce.lib.pictures import BadPicture
from tests.factories.feed import post_of

from .conftest import Shelf

ClientOf = Callable[[User], Client]


def picture(name: str = "me.jpg", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    Image.new("RGB", size, "tomato").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def test_pictures_are_cleaned_and_keep_their_words(alice: User, client_of: ClientOf) -> None:
    sent = {
        "text": "",
        "key": "k",
        "pictures": [picture("holiday.jpg"), picture()],
        "alt_text": ["A <red> square", ""],
    }
    assert client_of(alice).post("/compose/", sent).status_code == 303
    first, second = PostPicture.objects.all()
    assert (first.alt_text, first.width, first.height) == ("A <red> square", 40, 30)
    assert (first.position, second.position) == (0, 1)
    assert "holiday" not in first.image.name
    with first.image.open() as file, Image.open(file) as stored:
        assert (stored.format, len(stored.getexif())) == ("WEBP", 0)
    page = client_of(alice).get("/").content.decode()
    assert 'alt="A &lt;red&gt; square"' in page


def test_five_pictures_are_too_many(alice: User) -> None:
    with pytest.raises(TooManyPictures):
        post_of(alice.profile, "", pictures=[NewPicture(picture()) for _number in range(5)])
    assert not Post.objects.exists()


@pytest.mark.parametrize("content", [b"", b"not a picture", b"<svg onload='alert(1)'/>", b"GIF89a"])
def test_what_is_no_picture_is_refused(alice: User, client_of: ClientOf, content: bytes) -> None:
    upload = SimpleUploadedFile("x.jpg", content or b" ", "image/jpeg")
    with pytest.raises(BadPicture):
        post_of(alice.profile, "", pictures=[NewPicture(upload)])
    upload.seek(0)
    sent = {"text": "words", "key": "k", "pictures": [upload]}
    answer = client_of(alice).post("/compose/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert not Post.objects.exists()


def test_a_card_is_attached_and_shown(alice: User, client_of: ClientOf, shelf: Shelf) -> None:
    client = client_of(alice)
    assert client.post("/compose/", {"text": "", "key": "k", "card": "thing:2"}).status_code == 303
    post = Post.objects.get()
    assert (post.card_type, post.card_id) == ("thing", 2)


@pytest.mark.parametrize("card", ["thing:9", "gift:1", "nothing:1", "thing:0x1", "thing"])
def test_a_card_that_may_not_be_attached_is_refused(
    alice: User, client_of: ClientOf, shelf: Shelf, card: str
) -> None:
    answer = client_of(alice).post("/compose/", {"text": "x", "key": "k", "card": card})
    assert answer.status_code == 422
    assert not Post.objects.exists()


def test_an_app_may_attach_what_people_may_not(alice: User, shelf: Shelf) -> None:
    assert post_of(alice.profile, "", card=CardRef("gift", 1)).card_type == "gift"
    with pytest.raises(UnknownCard):
        post_of(alice.profile, "", card=CardRef("gift", 1), card_by_hand=True)


def test_a_card_that_went_is_said_to_be_gone(alice: User, client: Client, shelf: Shelf) -> None:
    post = post_of(alice.profile, "look", card=CardRef("thing", 1))
    shelf.there.clear()
    page = client.get(f"/posts/{post.pk}/").content.decode()
    assert "no longer available" in page


def test_the_composer_finds_what_can_be_attached(
    alice: User, client_of: ClientOf, client: Client, shelf: Shelf
) -> None:
    found = client_of(alice).get("/compose/cards/", {"card_query": "thing 2"}).content.decode()
    assert 'value="thing:2"' in found
    assert 'value="thing:1"' not in found
    page = client_of(alice).post(
        "/compose/", {"text": "kept", "card_query": "thing 3", "find": "1"}
    )
    assert 'value="thing:3"' in page.content.decode()
    assert "kept" in page.content.decode()
    assert not Post.objects.exists()
    assert client.get("/compose/cards/").status_code in (302, 303)


def test_a_key_belongs_to_one_type(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="thing"):
        cards.register(CardType("thing", "other.html", shelf.load))


def test_slots_hold_what_was_put_into_them(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = slots.SlotItem("components/_statistic.html", {"label": "Tonight", "value": "21:00"})
    monkeypatch.setattr(slots, "_providers", {name: [] for name in slots.NAMES})
    slots.register("side_column", lambda _viewer: [item])
    assert "Tonight" in client.get("/explore/").content.decode()
    with pytest.raises(KeyError):
        slots.register("nowhere", lambda _viewer: [item])
