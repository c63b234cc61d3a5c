"""Who comes into the two admin sites, and what they find on the first page."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.admin import sites
from accounts.admin.sites import DashboardRow
from accounts.models import Role, User
from accounts.services import memberships, people
from tests.conftest import PASSWORD
from tests.factories.accounts import MembershipFactory, StoreProfileFactory

SITES = ["/operator/", "/merchant/"]


@pytest.fixture
def operator(alice: User) -> User:
    User.objects.filter(pk=alice.pk).update(is_operator=True)
    return User.objects.get(pk=alice.pk)


@pytest.mark.parametrize("url", SITES)
def test_a_stranger_goes_through_the_login_and_back(db: None, client: Client, url: str) -> None:
    pages = client.get(url, follow=True).redirect_chain

    assert pages[-1][0] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("url", SITES)
def test_a_person_without_the_part_is_refused(bob: User, client_of, url: str) -> None:
    response = client_of(bob).get(url, follow=True)

    assert response.status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_any_member_of_a_store_comes_into_the_merchant_site(
    bob: User, client_of, role: Role
) -> None:
    MembershipFactory.create(user=bob, role=role)

    assert client_of(bob).get("/merchant/").status_code == 200
    assert client_of(bob).get("/operator/", follow=True).status_code == 403


def test_an_operator_is_no_merchant(operator: User, client_of) -> None:
    assert client_of(operator).get("/operator/").status_code == 200
    assert client_of(operator).get("/merchant/", follow=True).status_code == 403


def test_a_member_who_left_is_out_at_once(alice: User, bob: User, client_of) -> None:
    store = StoreProfileFactory.create(owner=alice)
    memberships.add(profile=store, user=bob, role=Role.PACKER, now=store.created_at)
    browser = client_of(bob)
    before = browser.get("/merchant/").status_code
    memberships.remove(profile=store, user=bob)

    assert (before, browser.get("/merchant/").status_code) == (200, 302)


def test_somebody_closed_is_out_at_once(operator: User, client_of) -> None:
    browser = client_of(operator)
    people.deactivate(user=operator)

    assert browser.get("/operator/").status_code == 302


@pytest.mark.parametrize("url", SITES)
def test_logging_out_of_a_site_is_logging_out(operator: User, client_of, url: str) -> None:
    MembershipFactory.create(user=operator)
    browser = client_of(operator)

    assert browser.post(f"{url}logout/")["Location"] == "/"
    assert browser.get(url).status_code == 302


def test_the_password_is_changed_on_the_site_itself(operator: User, client_of) -> None:
    response = client_of(operator).get("/operator/password_change/")

    assert response["Location"] == "/accounts/password/change/"


def test_the_first_page_says_what_waits(operator: User, client_of, monkeypatch) -> None:
    monkeypatch.setattr(sites, "_providers", {})
    rows = [
        DashboardRow(label="Stores to approve", count=3, url="/operator/x/"),
        DashboardRow(label="Nothing of these", count=0, url="/operator/y/"),
    ]
    sites.register_dashboard("operator", lambda user: rows if user == operator else [])

    page = client_of(operator).get("/operator/").content.decode()

    assert "Stores to approve" in page
    assert "Nothing of these" not in page


def test_every_page_of_the_operators_opens(operator: User, bob: User, client_of) -> None:
    browser = client_of(operator)
    store = StoreProfileFactory.create(owner=bob)
    rows = [bob, store, store.memberships.get()]
    for row in rows:
        name = f"operator:accounts_{row._meta.model_name}"
        assert browser.get(reverse(f"{name}_changelist"), {"q": "b"}).status_code == 200
        assert browser.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert browser.get(reverse(f"{name}_history", args=[row.pk])).status_code == 200
        assert browser.get(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
        assert browser.get(reverse(f"{name}_add")).status_code == 403


def test_nothing_is_written_through_the_form_of_a_person(
    operator: User, bob: User, client_of
) -> None:
    url = reverse("operator:accounts_user_change", args=[bob.pk])

    response = client_of(operator).post(url, {"email": "x@example.com", "is_operator": "on"})

    bob.refresh_from_db()
    assert response.status_code == 403
    assert (bob.email, bob.is_operator) == ("bob@example.com", False)


def test_an_operator_closes_a_person_and_lets_them_in_again(
    operator: User, bob: User, client_of
) -> None:
    browser = client_of(operator)
    url = reverse("operator:accounts_user_changelist")
    seen = [bob.is_active]
    for one in ("deactivate", "deactivate", "reactivate", "reactivate"):
        response = browser.post(url, {"action": one, "_selected_action": str(bob.pk)})
        assert response.status_code == 302
        bob.refresh_from_db()
        seen.append(bob.is_active)

    assert seen == [True, False, False, True, True]


def test_an_operator_does_not_close_the_own_account(operator: User, client_of) -> None:
    url = reverse("operator:accounts_user_changelist")
    client_of(operator).post(url, {"action": "deactivate", "_selected_action": str(operator.pk)})

    operator.refresh_from_db()
    assert operator.is_active


def test_what_was_done_stands_in_the_history(operator: User, bob: User, client_of) -> None:
    browser = client_of(operator)
    url = reverse("operator:accounts_user_changelist")
    browser.post(url, {"action": "deactivate", "_selected_action": str(bob.pk)})

    history = browser.get(reverse("operator:accounts_user_history", args=[bob.pk]))

    assert b"deactivate" in history.content


@pytest.mark.parametrize("tail", ["1/nonsense", "nonsense/1", "999999/1", f"{2**70}/1"])
def test_a_made_up_redirect_is_not_found(operator: User, client_of, tail: str) -> None:
    assert client_of(operator).get(f"/operator/r/{tail}/").status_code == 404


def test_a_superuser_made_by_the_command_is_an_operator_with_a_profile(
    db: None, client: Client
) -> None:
    user = User.objects.create_superuser("root@example.com", PASSWORD)

    assert user.is_operator
    assert user.is_staff
    assert user.profile.kind == "person"
