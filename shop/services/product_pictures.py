"""Pictures of products: cleaned, in the two sizes that pages ask for."""

from django.core.files.uploadedfile import UploadedFile

from shop.models import ProductPicture
from socialcommerce.lib import pictures

LARGE_PIXELS = 1200  # the product page on a desk screen
SMALL_PIXELS = 480  # a tile on a phone with a fine screen


def fill(picture: ProductPicture, upload: UploadedFile[bytes]) -> None:
    """The unsaved picture has both files; saving the row is the caller's. Raises BadPicture."""
    large = pictures.clean(upload, longest_edge=LARGE_PIXELS)
    small = pictures.clean(upload, longest_edge=SMALL_PIXELS)
    picture.image.save(large.content.name or "", large.content, save=False)
    picture.small.save(small.content.name or "", small.content, save=False)
    picture.width, picture.height = large.width, large.height
