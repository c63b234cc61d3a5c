"""Pictures from strangers: measured before they are decoded, and written anew by us.

What comes out is WebP of a bounded size without EXIF (so without the place it was taken).
Animations give their first frame; SVG and everything that Pillow should not touch is refused.
"""

import io
import struct
import uuid
import warnings
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from socialcommerce.lib.problems import Invalid

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82  # of 100; below it skies show bands, above it the file grows and nobody sees why


# Source: Exif 2.32 (CIPA DC-008), 4.6.4 A, Orientation: how the camera was held.
ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class BadPicture(Invalid):
    code = "bad-picture"
    title = _("We could not use that picture")


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A WebP file with its size in pixels; `content.name` is random."""

    content: ContentFile[bytes]
    width: int
    height: int


def clean(upload: UploadedFile[bytes], *, longest_edge: int) -> CleanPicture:
    """The picture upright, at most `longest_edge` pixels long, as WebP. Raises BadPicture."""
    if (upload.size or 0) > settings.PICTURE_BYTES_MAX:
        megabytes = settings.PICTURE_BYTES_MAX // (1024 * 1024)
        raise BadPicture(_("A picture may have up to %(size)s MB.") % {"size": megabytes})
    picture = _decode(upload)
    picture.thumbnail((longest_edge, longest_edge), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    name = f"{uuid.uuid4().hex}.webp"
    return CleanPicture(ContentFile(out.getvalue(), name=name), picture.width, picture.height)


def _decode(upload: UploadedFile[bytes]) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            upload.seek(0)
            opened: Image.Image = Image.open(upload, formats=FORMATS)
            if opened.width * opened.height > settings.PICTURE_PIXELS_MAX:
                raise BadPicture(_("That picture has too many pixels. Please make it smaller."))
            opened.seek(0)
            opened.load()
            mode = "RGBA" if opened.has_transparency_data else "RGB"
            return _upright(opened).convert(mode)
    except BadPicture:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Warning, Image.DecompressionBombError):
        raise BadPicture(_("It has to be a JPEG, PNG, WebP or GIF file.")) from None


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; as it lies where its notes cannot be read.

    Pillow's own exif_transpose writes the notes anew, which torn ones do not survive.
    """
    try:
        turn = _TURNS.get(picture.getexif().get(ORIENTATION, 1))
    except (struct.error, SyntaxError, TypeError, ValueError, KeyError, OSError):
        return picture
    return picture if turn is None else picture.transpose(turn)
