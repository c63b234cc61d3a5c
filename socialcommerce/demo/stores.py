"""Six stores with what they sell, each product with a picture drawn by `drawings`."""

import io
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import Profile, User
from accounts.services import profiles
from shop.models import Product, ProductPicture, ProductState, StockItem, Store, Variant
from shop.services import product_pictures, stock
from shop.services import stores as store_service
from socialcommerce.demo import content, drawings
from socialcommerce.demo.canvas import Palette

OWNERS = {
    "lumen_audio": "ben_o",
    "kiln_and_leaf": "yuki",
    "paper_moon": "elif",
    "north_wool": "ingrid",
    "sunday_rooms": "kofi",
    "third_street": "leo_b",
}
CATEGORIES = {
    "lumen_audio": "electronics",
    "kiln_and_leaf": "home",
    "paper_moon": "books",
    "north_wool": "fashion",
    "sunday_rooms": "home",
    "third_street": "food",
}


def create(
    people: dict[str, Profile], *, now: datetime, chance: random.Random
) -> tuple[dict[str, Profile], dict[str, Product]]:
    """Store profiles by handle and products by title, all open and in stock."""
    pictures = _draw_all()
    stores: dict[str, Profile] = {}
    products: dict[str, Product] = {}
    for entry in content.load("stores")["store"]:
        store = _open(entry, people[OWNERS[entry["handle"]]], now=now - timedelta(days=200))
        stores[entry["handle"]] = store.profile
        first = entry["products"][0]["title"]
        profiles.set_avatar(profile=store.profile, upload=_upload(pictures[first]))
        for listing in entry["products"]:
            created = now - timedelta(days=chance.randint(1, 150))
            product = _list(store, entry, listing, pictures[listing["title"]], now=created)
            products[product.title] = product
    return stores, products


def _open(entry: dict[str, Any], owner: Profile, *, now: datetime) -> Store:
    store = store_service.apply(
        owner=User.objects.get(profile=owner),
        handle=entry["handle"],
        name=entry["name"],
        pitch=entry["bio"],
        now=now,
    )
    Store.objects.filter(pk=store.pk).update(
        shipping_price_minor=entry["shipping_minor"],
        free_shipping_from_minor=entry["free_from_minor"],
    )
    return store_service.approve(store_id=store.pk, now=now)


def _list(
    store: Store, entry: dict[str, Any], listing: dict[str, Any], picture: bytes, *, now: datetime
) -> Product:
    with transaction.atomic():
        product = Product.objects.create(
            store=store,
            title=listing["title"],
            description=listing["about"],
            category=CATEGORIES[entry["handle"]],
            state=ProductState.ACTIVE,
            created_at=now,
        )
        shown = ProductPicture(product=product, alt_text=f"{listing['title']}, drawn")
        product_pictures.fill(shown, _upload(picture))
        shown.save()
        names = listing.get("variants", ["Standard"])
        variants = [
            _variant(product, name, listing["price"], position)
            for position, name in enumerate(names)
        ]
    for variant in variants:
        stock.adjust(
            variant_id=variant.pk,
            on_hand=max(1, listing["stock"] // len(names)),
            reason="first delivery",
            actor_id=store.profile.memberships.get().user_id,
            now=now,
        )
    return product


def _variant(product: Product, text: str, price_minor: int, position: int) -> Variant:
    """`text` is a name, or a name, a colon and what it costs above the product's price."""
    name, _, extra = text.partition(":")
    variant = Variant.objects.create(
        product=product, name=name, price_minor=price_minor + int(extra or 0), position=position
    )
    StockItem.objects.get_or_create(variant=variant)
    return variant


def _draw_all() -> dict[str, bytes]:
    """By title. Pillow lets go of the interpreter while it works, so threads help."""
    jobs = {
        listing["title"]: (listing["kind"], Palette(*entry["palettes"][index % palettes]))
        for entry in content.load("stores")["store"]
        for palettes in [len(entry["palettes"])]
        for index, listing in enumerate(entry["products"])
    }
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(jobs, pool.map(lambda job: _png(*job), jobs.values()), strict=True))


def _png(kind: str, palette: Palette) -> bytes:
    out = io.BytesIO()
    drawings.draw(kind, palette).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _upload(content_bytes: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("drawing.png", content_bytes, content_type="image/png")
