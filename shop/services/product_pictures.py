"""Pictures of products: cleaned once, kept in two sizes."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop.models import Product, ProductPicture
from socialcommerce.lib import pictures
from socialcommerce.lib.problems import Conflict

LARGE_PIXELS = 1_200  # the product page on a sharp screen
SMALL_PIXELS = 480  # cards and lists
PICTURES_MAX = 8  # of one product


class TooManyPictures(Conflict):
    code = "too-many-pictures"
    title = _("This product has all the pictures it can have")


def add(*, product: Product, upload: UploadedFile[bytes], alt_text: str) -> ProductPicture:
    """The product's last picture. Raises pictures.BadPicture, TooManyPictures."""
    large = pictures.clean(upload, longest_edge=LARGE_PIXELS)
    small = pictures.clean(upload, longest_edge=SMALL_PIXELS)
    with transaction.atomic():
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        position = product.pictures.count()
        if position >= PICTURES_MAX:
            raise TooManyPictures(_("Remove one before you add another."))
        picture = ProductPicture(product=product, alt_text=alt_text, position=position)
        picture.small.save("small.webp", small.content, save=False)
        picture.image.save("large.webp", large.content, save=False)
        picture.save()
    return picture
