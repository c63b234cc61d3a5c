"""A new password locks out whoever held the old one, programs too."""

from rest_framework.authtoken.models import Token

from accounts.models import User
from tests.conftest import PASSWORD

NEW = "another-quiet-harbour-7"


def test_a_changed_password_ends_the_token(alice: User, client_of) -> None:
    token = Token.objects.create(user=alice)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client_of(alice).post("/accounts/password/change/", form)

    assert User.objects.get(pk=alice.pk).check_password(NEW)
    assert not Token.objects.filter(key=token.key).exists()


def test_a_refused_change_leaves_the_token(alice: User, client_of) -> None:
    Token.objects.create(user=alice)
    form = {"oldpassword": "not-the-old-one", "password1": NEW, "password2": NEW}
    client_of(alice).post("/accounts/password/change/", form)

    assert Token.objects.filter(user=alice).exists()
