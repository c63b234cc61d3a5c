"""What may be asked through the address bar of the two admin sites."""

import pytest

from accounts.models import User
from tests.accounts.test_admin_sites import operator

__all__ = ["operator"]


@pytest.mark.parametrize(
    "asked",
    [
        "password__startswith=pbkdf2",
        "password=x",
        "email__regex=(a%2B)%2B%24",
        "profile__name__startswith=A",
        "created_at__year=99999999999999999999",
        "last_login__gte=2020-01-01",
        "is_active__regex=[",
    ],
)
def test_what_no_filter_offers_is_not_answered(asked: str, operator: User, client_of) -> None:
    assert client_of(operator).get(f"/operator/accounts/user/?{asked}").status_code == 400


@pytest.mark.parametrize(
    "asked", ["is_active__exact=1", "frozen_at__isempty=1", "id__exact=1", "pk__in=1,2", "q=ali"]
)
def test_what_a_filter_offers_is_answered(asked: str, operator: User, client_of) -> None:
    assert client_of(operator).get(f"/operator/accounts/user/?{asked}").status_code == 200


def test_choices_of_a_related_row_are_found(operator: User, client_of) -> None:
    query = "app_label=accounts&model_name=membership&field_name=user&term=alice"
    found = client_of(operator).get(f"/operator/autocomplete/?{query}").json()["results"]

    assert [one["text"] for one in found] == ["alice@example.com"]


@pytest.mark.parametrize("page", ["", "0", "-1", "2", "x", "1e9", "9" * 30])
def test_a_page_of_results_that_is_not_there_is_not_found(
    page: str, operator: User, client_of
) -> None:
    assert client_of(operator).get(f"/operator/search/?s=people&page={page}").status_code == 404


@pytest.mark.parametrize("key", ["\x00", "1.5", "x", "\ufffd"])
def test_a_ticked_row_without_a_key_is_a_bad_request(key: str, operator: User, client_of) -> None:
    form = {"action": "deactivate", "_selected_action": [key], "index": "0"}
    assert client_of(operator).post("/operator/accounts/user/", form).status_code == 400
    assert not User.objects.filter(is_active=False).exists()
