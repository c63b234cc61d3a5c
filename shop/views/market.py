"""The market, a storefront, a product: pages anybody may read."""

from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.selectors import relation, viewer_of
from feed import selectors as feed_selectors
from feed.models import Post
from shop import selectors
from shop.forms import FilterForm
from shop.models import Category
from shop.structured_data import product_data
from socialcommerce.lib import htmx, http

POSTS_SHOWN = 5  # on a product page; the card's own posts are an extra there


@http.require("GET")
def index(request: HttpRequest) -> HttpResponse:
    """Everything on sale, by words, category, store and price."""
    form = FilterForm(request.GET)
    form.is_valid()
    page = selectors.products(
        viewer_of(request.user), filters=form.filters, cursor=request.GET.get("cursor")
    )
    context = {
        "form": form,
        "products": page.items,
        "next_url": _next_url(request, page.next_cursor),
        "categories": Category.choices,
        "is_filtered": any(value for key, value in request.GET.items() if key != "cursor"),
    }
    partial = "shop/market/_results.html"
    status = 200 if form.is_valid() else 422
    if htmx.is_htmx(request) and "cursor" in request.GET:
        partial = "shop/market/_more.html"
    return htmx.render(request, "shop/market/index.html", partial, context, status=status)


@http.require("GET")
def store(request: HttpRequest, handle: str) -> HttpResponse:
    """A store's products; what it says stands on its profile."""
    viewer = viewer_of(request.user)
    found = selectors.store_by_handle(handle, viewer=viewer)
    page = selectors.products(
        viewer,
        filters=selectors.Filters(store_handle=found.profile.handle),
        cursor=request.GET.get("cursor"),
    )
    context = {
        "store": found,
        "profile": found.profile,
        "relation": relation(viewer, found.profile),
        "products": page.items,
        "next_url": _next_url(request, page.next_cursor),
        "posts": _posts_of(request, found.profile.pk),
    }
    return htmx.render(request, "shop/store.html", "shop/market/_more.html", context)


@http.require("GET")
def product(request: HttpRequest, product_id: int, slug: str) -> HttpResponse:
    """One product with its checkout card. An old slug leads to today's address."""
    viewer = viewer_of(request.user)
    found = selectors.product(product_id, viewer=viewer)
    if unquote(found.url) != request.path:  # Django has decoded the one that was asked for
        return redirect(found.url, permanent=True)
    context = {
        "product": found,
        "card": found,
        "viewer": viewer,
        "structured": product_data(found),
        "posts": feed_selectors.posts_with_card("checkout", product_id, viewer, POSTS_SHOWN),
    }
    return render(request, "shop/product.html", context)


def _posts_of(request: HttpRequest, profile_id: int) -> list[feed_selectors.PostView]:
    viewer = viewer_of(request.user)
    posts = Post.objects.visible_to(viewer).filter(author_id=profile_id)
    return feed_selectors.timeline(posts, viewer=viewer, cursor=None, size=POSTS_SHOWN).posts


def _next_url(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
