"""What a store sells: products, the versions of them that can be bought, and their pictures."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from shop import search_words
from shop.models.stores import AMOUNT_MAX_MINOR, Store
from shop.store_states import StoreState


class ProductState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("On sale")
    ARCHIVED = "archived", _("Archived")


class Category(models.TextChoices):
    BOOKS = "books", _("Books and paper")
    ELECTRONICS = "electronics", _("Phones and electronics")
    FASHION = "fashion", _("Clothes and bags")
    FOOD = "food", _("Food and drink")
    HOME = "home", _("Home and garden")
    ART = "art", _("Art and craft")
    SPORT = "sport", _("Sport and outdoors")
    CARE = "care", _("Body and care")
    OTHER = "other", _("Everything else")


class SearchWordsField(models.TextField[str, str]):
    """Search words of title and description, written anew with every save, bulk ones included."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's
        del add
        text = (
            f"{getattr(model_instance, 'title', '')} {getattr(model_instance, 'description', '')}"
        )
        words = " ".join(search_words.split(text))
        setattr(model_instance, self.attname, words)
        return words


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> "ProductQuerySet":
        """What anybody may see and buy: active products of open stores."""
        return self.filter(state=ProductState.ACTIVE, store__state=StoreState.APPROVED)

    def visible_to(self, viewer: Profile | None) -> "ProductQuerySet":
        """What is on sale, without stores that the viewer blocks or is blocked by."""
        if viewer is None:
            return self.on_sale()
        return self.on_sale().filter(store__profile__in=Profile.objects.visible_to(viewer))

    def for_view(self) -> "ProductQuerySet":
        """With everything a `selectors.ProductView` reads: three queries for any number."""
        variants = Variant.objects.filter(is_active=True).select_related("stock")
        return self.select_related("store__profile").prefetch_related(
            models.Prefetch("variants", queryset=variants, to_attr="offered"), "pictures"
        )

    def matching(self, text: str) -> "ProductQuerySet":
        """Products that carry every word of `text`; all of them when it has no word."""
        words = search_words.split(text)
        if not words:
            return self
        query = SearchQuery(" ".join(words), config="simple", search_type="plain")
        return self.filter(search=query)


class Product(models.Model):
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="products", verbose_name=_("store")
    )
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=4_000, blank=True)
    category = models.CharField(
        _("category"), max_length=16, choices=Category.choices, default=Category.OTHER
    )
    vat_basis_points = models.PositiveIntegerField(
        _("VAT in the price"),
        null=True,
        blank=True,
        help_text=_("In hundredths of a percent: 1900 for 19 %. Empty: no VAT is stated."),
    )
    state = models.CharField(
        _("state"), max_length=8, choices=ProductState.choices, default=ProductState.DRAFT
    )
    created_at = models.DateTimeField(_("created"))
    words = SearchWordsField(editable=False, default="")
    search = models.GeneratedField(
        expression=SearchVector("words", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="shop_product_has_title"),
            models.CheckConstraint(
                condition=models.Q(state__in=ProductState.values), name="shop_product_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=Category.values), name="shop_product_category_known"
            ),
            models.CheckConstraint(
                condition=models.Q(vat_basis_points__isnull=True)
                | models.Q(vat_basis_points__lt=10_000),
                name="shop_product_vat_in_range",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="shop_product_search"),
            models.Index(fields=["store", "-created_at", "-id"], name="shop_product_by_store"),
            models.Index(
                fields=["-created_at", "-id"],
                name="shop_product_newest",
                condition=models.Q(state=ProductState.ACTIVE),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.pk, self.slug])

    @property
    def slug(self) -> str:
        return slugify(self.title, allow_unicode=True) or "product"


class ProductPicture(models.Model):
    """One picture in two sizes, both WebP and without what a camera adds."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("product")
    )
    image = models.ImageField(
        _("picture"), upload_to="products/", width_field="width", height_field="height"
    )
    small = models.ImageField(_("small picture"), upload_to="products/", editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt_text = models.CharField(
        _("description for those who cannot see it"), max_length=300, blank=True
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.alt_text or f"{self.product_id}/{self.position}"


class VariantQuerySet(models.QuerySet["Variant"]):
    def on_sale(self) -> "VariantQuerySet":
        return self.filter(
            is_active=True,
            product__state=ProductState.ACTIVE,
            product__store__state=StoreState.APPROVED,
        )


class Variant(models.Model):
    """The version of a product that is put into an order: its price is in the store's currency."""

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="variants", verbose_name=_("product")
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("Size, colour, edition."))
    sku = models.CharField(_("SKU"), max_length=40, blank=True)
    price_minor = models.BigIntegerField(_("price"), help_text=_("In minor units."))
    # For whoever follows the store and has bound what `fan_asks` names: "follow" asks no more,
    # "card", "card:<brand>" and "account:<key of a site>" do. See services.fan_prices.
    fan_price_minor = models.BigIntegerField(_("fan price"), null=True, blank=True)
    fan_asks = models.CharField(
        _("the fan price is for"), max_length=40, default="follow", db_default="follow"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("on sale"), default=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "name"], name="shop_variant_name_once"),
            models.UniqueConstraint(
                fields=["product", "sku"],
                condition=~models.Q(sku=""),
                name="shop_variant_sku_once",
            ),
            models.CheckConstraint(
                condition=models.Q(price_minor__gt=0, price_minor__lte=AMOUNT_MAX_MINOR),
                name="shop_variant_price_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(fan_price_minor__isnull=True)
                | models.Q(fan_price_minor__gt=0, fan_price_minor__lt=models.F("price_minor")),
                name="shop_variant_fan_price_lower",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    fan_asks__regex=r"^(follow|card(:[a-z_]{1,20})?|account:[a-z0-9-]{1,30})$"
                ),
                name="shop_variant_fan_asks_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.title}, {self.name}"
