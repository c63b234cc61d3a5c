"""The base class of the merchant site: a member reaches the own stores and nothing else."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.admin.scope import ScopedFilter
from accounts.models import Address, Profile, Role, User
from tests.accounts import site_of_addresses
from tests.accounts.scoping import act, reachable
from tests.factories.accounts import AddressFactory, MembershipFactory, StoreProfileFactory

LIST = "/merchant/accounts/address/"


@pytest.fixture(autouse=True)
def site_of_books(settings, monkeypatch) -> None:
    settings.ROOT_URLCONF = "tests.accounts.site_of_addresses"
    monkeypatch.setattr("tests.accounts.scoping.merchant_site", site_of_addresses.site)
    monkeypatch.setattr("accounts.admin.sites._providers", {})  # other apps' rows link elsewhere


@pytest.fixture
def shop_of_alice(alice: User) -> Profile:
    return StoreProfileFactory.create(owner=alice, handle="alice_shop", name="Alice's shop")


@pytest.fixture
def secret(shop_of_alice: Profile) -> Address:
    return AddressFactory.create(profile=shop_of_alice, line1="77 Secret Lane")


@pytest.fixture
def shop_of_mallory(mallory: User) -> Profile:
    return StoreProfileFactory.create(owner=mallory, handle="mallory_shop")


@pytest.fixture
def intruder(mallory: User, shop_of_mallory: Profile, secret: Address, client_of) -> Client:
    return client_of(mallory)


def in_role(client_of, user: User, store: Profile, role: Role) -> Client:
    MembershipFactory.create(profile=store, user=user, role=role)
    return client_of(user)


def form(store: Profile, **fields: str) -> dict[str, str]:
    filled = {"full_name": "A", "line1": "1 Quay", "city": "Porto", "country": "PT"}
    return filled | {"profile": str(store.pk)} | fields


def test_the_owner_reaches_everything_of_the_store(alice: User, secret: Address, client_of) -> None:
    found = reachable(client_of(alice), secret, secret="77 Secret Lane")

    kinds = {url.rstrip("/").rsplit("/", 1)[-1] for url in found}
    assert {"change", "delete", "history", "label"} <= kinds


def test_the_owner_of_another_store_reaches_nothing(intruder: Client, secret: Address) -> None:
    assert reachable(intruder, secret, secret="77 Secret Lane") == []
    assert Address.objects.filter(pk=secret.pk, line1="77 Secret Lane").exists()


def test_another_store_itself_is_not_there(intruder: Client, shop_of_alice: Profile) -> None:
    assert reachable(intruder, shop_of_alice, secret="alice_shop") == []


def test_an_action_with_a_foreign_id_does_nothing(intruder: Client, secret: Address) -> None:
    act(intruder, secret, "shout")
    act(intruder, secret, "shout", select_across="1")

    secret.refresh_from_db()
    assert secret.line1 == "77 Secret Lane"


def test_an_action_does_what_it_says_for_the_owner(alice: User, secret: Address, client_of) -> None:
    act(client_of(alice), secret, "shout")

    secret.refresh_from_db()
    assert secret.line1 == "77 SECRET LANE"


def test_a_new_row_cannot_be_put_into_another_store(
    intruder: Client, shop_of_alice: Profile, shop_of_mallory: Profile
) -> None:
    refused = intruder.post(f"{LIST}add/", form(shop_of_alice))
    accepted = intruder.post(f"{LIST}add/", form(shop_of_mallory))

    assert refused.status_code == 200
    assert accepted.status_code == 302
    assert Address.objects.filter(profile=shop_of_alice).count() == 1
    assert Address.objects.filter(profile=shop_of_mallory).count() == 1


def test_a_row_cannot_be_moved_into_another_store(
    intruder: Client, shop_of_alice: Profile, shop_of_mallory: Profile
) -> None:
    row = AddressFactory.create(profile=shop_of_mallory)
    intruder.post(f"{LIST}{row.pk}/change/", form(shop_of_alice))

    row.refresh_from_db()
    assert row.profile == shop_of_mallory


def test_autocomplete_offers_only_ones_own(intruder: Client) -> None:
    query = {"app_label": "accounts", "model_name": "address", "field_name": "profile"}
    answer = intruder.get("/merchant/autocomplete/", query | {"term": "shop"}).json()

    assert [row["text"] for row in answer["results"]] == ["@mallory_shop"]


def test_a_filter_offers_only_ones_own(mallory: User, intruder: Client) -> None:
    AddressFactory.create(profile=StoreProfileFactory.create(owner=mallory))
    AddressFactory.create(profile=mallory.memberships.first().profile)

    page = intruder.get(LIST).content.decode()

    assert "@mallory_shop" in page
    assert "@alice_shop" not in page


def test_the_address_cannot_ask_about_related_rows(intruder: Client) -> None:
    for lookup in ("profile__user__email__startswith", "profile__name__startswith"):
        assert intruder.get(LIST, {lookup: "a"}).status_code == 400
    assert intruder.get(LIST, {"country__exact": "PT"}).status_code == 200
    assert intruder.get(LIST, {"profile__id__exact": "1"}).status_code == 200


def test_a_model_without_the_base_class_offers_and_shows_nothing(
    alice: User, shop_of_alice: Profile, client_of
) -> None:
    assert client_of(alice).get("/merchant/accounts/membership/").status_code == 403
    assert client_of(alice).get("/merchant/accounts/follow/").status_code == 404


@pytest.mark.parametrize(
    ("role", "changes", "deletes"),
    [(Role.OWNER, 200, 200), (Role.MANAGER, 200, 403), (Role.PACKER, 403, 403)],
)
def test_a_role_may_what_it_may(
    bob: User, shop_of_alice: Profile, secret: Address, client_of, role, changes, deletes
) -> None:
    browser = in_role(client_of, bob, shop_of_alice, role)
    change = f"{LIST}{secret.pk}/change/"

    assert browser.get(change).status_code == 200
    sent = browser.post(change, form(shop_of_alice, line1=""))
    assert sent.status_code == changes
    assert browser.get(f"{LIST}{secret.pk}/delete/").status_code == deletes


def test_a_role_counts_in_its_store_only(
    bob: User, shop_of_alice: Profile, secret: Address, client_of
) -> None:
    """Manager here, packer there: what a manager may is done here alone."""
    own = StoreProfileFactory.create(owner=bob)
    browser = in_role(client_of, bob, shop_of_alice, Role.PACKER)

    act(browser, secret, "shout")
    refused = browser.post(f"{LIST}add/", form(shop_of_alice))
    label = browser.get(reverse("merchant:accounts_address_label", args=[secret.pk]))
    accepted = browser.post(f"{LIST}add/", form(own))

    secret.refresh_from_db()
    assert secret.line1 == "77 Secret Lane"
    assert (refused.status_code, label.status_code, accepted.status_code) == (200, 404, 302)


def test_an_inline_goes_by_the_role_in_its_parents_store(
    bob: User, shop_of_alice: Profile, shop_of_mallory: Profile
) -> None:
    own = StoreProfileFactory.create(owner=bob)
    MembershipFactory.create(profile=shop_of_alice, user=bob, role=Role.PACKER)
    inline = site_of_addresses.BookInline(Profile, site_of_addresses.site)
    request = RequestFactory().get("/")
    request.user = bob

    def may(store: Profile) -> tuple[bool, bool, bool]:
        view = inline.has_view_permission(request, store)
        change = inline.has_change_permission(request, store)
        return view, change, inline.has_add_permission(request, store)

    assert may(own) == (True, True, True)
    assert may(shop_of_alice) == (True, False, False)
    assert may(shop_of_mallory) == (False, False, False)


def test_a_list_costs_the_same_for_one_and_for_many(
    alice: User, shop_of_alice: Profile, client_of, django_assert_max_num_queries
) -> None:
    browser = client_of(alice)
    for _ in range(2):
        with django_assert_max_num_queries(14):
            browser.get(LIST)
        AddressFactory.create_batch(40, profile=shop_of_alice)


def test_every_filter_by_a_relation_is_the_scoped_one() -> None:
    admin = site_of_addresses.site._registry[Address]

    filters = admin.get_list_filter(RequestFactory().get("/"))

    assert filters == [("profile", ScopedFilter), "country"]
