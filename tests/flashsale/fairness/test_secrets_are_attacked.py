"""Parties who copy, guess at sales, or wait for the others learn and gain nothing."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from flashsale.services.fairness import seals, secrets
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SECRET = "5e" * 32
COMMITMENT = hashlib.sha256(bytes.fromhex(SECRET)).hexdigest()


@pytest.mark.parametrize("said", [{"commitment": COMMITMENT}, {"value": SECRET}, {"party": "N"}])
def test_a_sale_that_is_none_or_not_announced_is_not_found(
    alice: User, client_of: Callable[[User], Client], said: dict[str, str]
) -> None:
    operator = UserFactory.create(is_operator=True)
    for user in (alice, operator):
        browser = client_of(user)
        for number in (sales.draft_sale(kind="draw").pk, 987_654, 10**25):
            form = said | ({"handle": "alice"} if "party" in said else {})
            status = browser.post(f"/sales/{number}/secrets/", form).status_code
            assert status == (403 if "party" in said and user == alice else 404)


def test_nobody_commits_to_what_another_party_has_committed_to(alice: User, bob: User) -> None:
    """A copy is known only when the original is: its holder could then decide whether it counts."""
    sale, _people = factory.entered(people=2)
    by, now = UserFactory.create(is_operator=True), clock.now()
    secrets.invite(sale_id=sale.pk, party="Notary", holder=alice, by=by, now=now)
    secrets.invite(sale_id=sale.pk, party="Paper", holder=bob, by=by, now=now)
    own = sale.secrets.get(party=secrets.SITE).commitment
    with pytest.raises(secrets.BadSecret):
        secrets.commit(sale_id=sale.pk, holder=alice, commitment=own.upper(), now=now)
    secrets.commit(sale_id=sale.pk, holder=alice, commitment=COMMITMENT, now=now)
    with pytest.raises(secrets.BadSecret):
        secrets.commit(sale_id=sale.pk, holder=bob, commitment=COMMITMENT, now=now)


def test_the_site_shows_its_secret_after_all_others_have(alice: User) -> None:
    """Whoever knew all other secrets would know the seed, and could void a draw they have lost."""
    sale, _people = factory.entered(people=3)
    by, now = UserFactory.create(is_operator=True), clock.now()
    secrets.invite(sale_id=sale.pk, party="Notary", holder=alice, by=by, now=now)
    secrets.commit(sale_id=sale.pk, holder=alice, commitment=COMMITMENT, now=now)
    factory.seal(sale)
    own = sale.secrets.get(party=secrets.SITE)
    assert not seals.reveal(sale, now=clock.now())
    page = Client().get(f"/sales/{sale.pk}/secrets/").content.decode()
    assert own.value not in page
    secrets.reveal(sale_id=sale.pk, holder=alice, value=SECRET, now=clock.now())
    assert seals.reveal(sale, now=clock.now())
    assert own.value in Client().get(f"/sales/{sale.pk}/secrets/").content.decode()


def test_of_a_void_sale_the_site_has_kept_nothing_back(alice: User) -> None:
    sale, _people = factory.entered(people=3)
    by, now = UserFactory.create(is_operator=True), clock.now()
    secrets.invite(sale_id=sale.pk, party="Notary", holder=alice, by=by, now=now)
    secrets.commit(sale_id=sale.pk, holder=alice, commitment=COMMITMENT, now=now)
    factory.seal(sale)
    seals.reveal(sale, now=secrets.deadline(sale) + timedelta(seconds=1))
    record = factory.record(sale)
    assert b'"withheld","name":"Notary"' in record
    assert b'"withheld","name":"site"' not in record
    assert sale.secrets.get(party=secrets.SITE).value.encode() in record
