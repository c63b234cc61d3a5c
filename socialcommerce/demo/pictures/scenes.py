"""Which pages are in the album, who looks at them and what they do first."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from feed.models import Post
from shop.models import Product, Store
from socialcommerce.demo.pictures.stage import Stage

STRANGER = ""
Act = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    path: str
    who: str = "mina"
    act: Act | None = None


def of_sales(stage: Stage) -> list[Scene]:
    """Taken first: the sales end by themselves."""
    live, reserving = stage.live.get_absolute_url(), stage.reserving.get_absolute_url()
    return [
        Scene("sale_announced", stage.announced.get_absolute_url()),
        Scene("sale_reserve", reserving),
        Scene("sale_reserve_anonymous", reserving, STRANGER),
        Scene("sale_ready", stage.ready.get_absolute_url()),
        Scene("sale_live", live),
        Scene("sale_sold_out", stage.sold_out.get_absolute_url()),
        Scene("sale_ended", stage.over.get_absolute_url()),
        Scene("sales", "/sales/"),
        Scene("sale_reserved", reserving, "jonas"),
        Scene("sale_held", live, "jonas"),
        Scene("sale_paid", live, "yuki"),
        Scene("sale_watched", live, "ops"),
    ]


def of_pages(stage: Stage) -> list[Scene]:
    product, store = stage.product, Store.objects.select_related("profile").order_by("pk")[0]
    post = Post.objects.filter(reply_count__gt=0).order_by("-reply_count", "pk")[0]
    return [
        Scene("home_anonymous", "/", STRANGER),
        Scene("login", "/accounts/login/", STRANGER),
        Scene("signup", "/accounts/signup/", STRANGER),
        Scene("mailbox", "/dev/mail/", STRANGER),
        Scene("not_found", "/no-such-page/", STRANGER),
        Scene("problem", f"/posts/{post.pk}/like/", STRANGER),
        Scene("home", "/"),
        Scene("explore", "/explore/"),
        Scene("post", post.get_absolute_url()),
        Scene("topic", "/topics/fairsale/"),
        Scene("compose", "/compose/"),
        Scene("profile", "/@jonas/"),
        Scene("store_profile", store.profile.get_absolute_url()),
        Scene("market", "/market/"),
        Scene("storefront", store.get_absolute_url()),
        Scene("product", product.get_absolute_url()),
        Scene("checkout", product.get_absolute_url(), act=_open_checkout),
        Scene("receipt", product.get_absolute_url(), act=_buy),
        Scene("order", stage.ordered),
        Scene("orders", "/orders/"),
        Scene("wallet", "/wallet/"),
        Scene("statement", "/wallet/statement/"),
        Scene("top_up", "/wallet/top-up/"),
        Scene("card_new", "/wallet/cards/new/"),
        Scene("notifications", "/notifications/"),
        Scene("me", "/me/"),
        Scene("profile_edit", "/me/edit/"),
        Scene("addresses", "/me/addresses/"),
        Scene("address_new", "/me/addresses/new/"),
        *_of_admin_sites(),
    ]


def _of_admin_sites() -> list[Scene]:
    theirs = Product.objects.filter(store__profile__handle="kiln_and_leaf").order_by("pk")[0]
    return [
        Scene("merchant", "/merchant/", "yuki"),
        Scene("merchant_orders", "/merchant/shop/order/", "yuki"),
        Scene("merchant_product", f"/merchant/shop/product/{theirs.pk}/change/", "yuki"),
        Scene("operator", "/operator/", "ops"),
        Scene("operator_sales", "/operator/flashsale/sale/", "ops"),
        Scene("operator_sale_form", "/operator/flashsale/sale/add/", "ops"),
    ]


def _open_checkout(page: Page) -> None:
    page.get_by_role("link", name="Buy", exact=True).first.click()
    page.get_by_role("link", name="Close without buying").wait_for()


def _buy(page: Page) -> None:
    _open_checkout(page)
    page.get_by_role("radio", name="Wallet").check()
    page.locator(".checkout button[type=submit]").last.click()
    page.get_by_role("heading", name="Paid. It is yours.").wait_for()
