import contextlib
import io
import warnings

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django.fixtures import Settings

from socialcommerce.lib import pictures


def upload(
    kind: str = "JPEG", size: tuple[int, int] = (400, 200), **options: object
) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return SimpleUploadedFile("holiday." + kind.lower(), out.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_comes_out_as_webp_of_a_bounded_size(kind: str) -> None:
    clean = pictures.clean(upload(kind), longest_edge=100)
    with Image.open(clean.content) as written:
        assert (written.format, written.size) == ("WEBP", (100, 50))
    assert (clean.width, clean.height) == (100, 50)
    assert "holiday" not in str(clean.content.name)


def test_the_place_it_was_taken_is_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    clean = pictures.clean(upload(exif=exif), longest_edge=1000)
    with Image.open(clean.content) as written:
        assert written.size == (200, 400)
        assert not written.getexif()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"GIF89a",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(pictures.BadPicture):
        pictures.clean(SimpleUploadedFile("x.png", content), longest_edge=100)


def test_a_torn_file_is_refused() -> None:
    whole = upload("PNG", size=(300, 300)).read()
    with pytest.raises(pictures.BadPicture):
        pictures.clean(SimpleUploadedFile("x.png", whole[: len(whole) // 2]), longest_edge=100)


def test_too_many_pixels_are_refused_before_they_are_decoded(settings: Settings) -> None:
    settings.PICTURE_PIXELS_MAX = 10_000
    with pytest.raises(pictures.BadPicture, match="pixels"):
        pictures.clean(upload("PNG", size=(101, 100)), longest_edge=100)


def test_too_many_bytes_are_refused(settings: Settings) -> None:
    settings.PICTURE_BYTES_MAX = 100
    with pytest.raises(pictures.BadPicture, match="MB"):
        pictures.clean(upload("PNG"), longest_edge=100)


def test_an_animation_gives_its_first_frame() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    clean = pictures.clean(SimpleUploadedFile("a.gif", out.getvalue()), longest_edge=10)
    with Image.open(clean.content) as written:
        assert getattr(written, "n_frames", 1) == 1
        red, _, blue = written.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > blue


@pytest.mark.parametrize("value", [0, 2, 7, 255])
def test_broken_notes_of_a_camera_break_nothing(value: int) -> None:
    """Each byte of the EXIF block in turn is wrong: refused or used, never an error of ours."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a harbour in the morning"
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0)})
    notes = exif.tobytes()
    whole = upload(size=(8, 4), exif=notes).read()
    start = whole.index(notes)
    for position in range(start, start + len(notes)):
        torn = whole[:position] + bytes([value]) + whole[position + 1 :]
        with contextlib.suppress(pictures.BadPicture), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow tells of each torn tag
            clean = pictures.clean(SimpleUploadedFile("x.jpg", torn), longest_edge=8)
            assert {clean.width, clean.height} == {8, 4}
