"""Parties commit before the list is closed and reveal after it is sealed, or the sale is void."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Notification, User
from flashsale.models import Act, Sale
from flashsale.proof import lottery
from flashsale.services import conclusions
from flashsale.services import sales as sale_services
from flashsale.services.fairness import draws, seals, secrets
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Forbidden, NotFound
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SECRET = "5e" * 32
COMMITMENT = hashlib.sha256(bytes.fromhex(SECRET)).hexdigest()


def with_notary(holder: User, *, commits: bool = True) -> Sale:
    sale, _people = factory.entered(people=4)
    by, now = UserFactory.create(is_operator=True), clock.now()
    secrets.invite(sale_id=sale.pk, party="Notary", holder=holder, by=by, now=now)
    if commits:
        secrets.commit(sale_id=sale.pk, holder=holder, commitment=COMMITMENT, now=now)
    return sale


def show(sale: Sale, holder: User, value: str = SECRET) -> None:
    secrets.reveal(sale_id=sale.pk, holder=holder, value=value, now=clock.now())


def test_the_seed_follows_from_every_secret_and_the_root(alice: User) -> None:
    sale = with_notary(alice)
    factory.seal(sale)
    assert not seals.reveal(sale, now=clock.now())
    show(sale, alice)
    assert seals.reveal(sale, now=clock.now())
    values = [bytes.fromhex(share.value) for share in secrets.parties(sale)]
    assert values[1].hex() == SECRET
    right = lottery.seed(secrets=values, root=bytes.fromhex(sale.root))
    assert sale.seed == right.hex()
    assert draws.allocate(sale, now=clock.now())


def test_a_secret_is_taken_after_the_sealing_and_only_if_it_fits(alice: User, bob: User) -> None:
    sale = with_notary(alice)
    with pytest.raises(secrets.NotNow):
        show(sale, alice)
    factory.seal(sale)
    for bad in ("00" * 32, SECRET[:-1], "zz" * 32, "", SECRET + "00"):
        with pytest.raises(secrets.BadSecret):
            show(sale, alice, bad)
    with pytest.raises(NotFound):
        show(sale, bob)
    with pytest.raises(secrets.NotNow):
        secrets.commit(sale_id=sale.pk, holder=alice, commitment="cd" * 32, now=clock.now())


def test_a_commitment_stands_and_a_party_that_made_none_is_none(alice: User) -> None:
    sale = with_notary(alice)
    with pytest.raises(secrets.NotNow):
        secrets.commit(sale_id=sale.pk, holder=alice, commitment="cd" * 32, now=clock.now())
    idle = with_notary(alice, commits=False)
    factory.seal(idle)
    assert seals.reveal(idle, now=clock.now())


def test_a_secret_that_is_kept_back_voids_the_sale_in_public(alice: User) -> None:
    sale = with_notary(alice)
    factory.seal(sale)
    late = secrets.deadline(sale) + timedelta(seconds=1)
    assert not draws.allocate(sale, now=late)
    sale.refresh_from_db()
    assert sale.state == "cancelled"
    assert sale.voided_at == late
    assert set(sale.units.values_list("state", flat=True)) == {"returned"}
    assert Act.objects.get(sale=sale, kind="void").detail == {"withheld": ["Notary"]}
    for _again in range(2):
        conclusions.conclude(now=clock.now())
    told = Notification.objects.filter(kind=conclusions.VOID)
    assert told.count() == 4
    assert b'"withheld","name":"Notary"' in factory.record(sale)


def test_of_a_void_sale_a_large_crowd_is_told_piece_by_piece(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conclusions, "TOLD_AT_ONCE", 3)
    sale = with_notary(alice)
    factory.seal(sale)
    draws.allocate(sale, now=secrets.deadline(sale) + timedelta(seconds=1))
    with CaptureQueriesContext(connection) as asked:
        conclusions.conclude(now=clock.now())
    lines = [one for one in asked if 'INSERT INTO "accounts_notification"' in one["sql"]]
    assert len(lines) == 2
    told = Notification.objects.filter(kind=conclusions.VOID)
    assert told.values("recipient").distinct().count() == 4


def test_the_sites_own_secret_is_shown_nowhere_before_its_moment(
    client_of: Callable[[User], Client],
) -> None:
    sale, _people = factory.entered(people=2)
    own = sale.secrets.get()
    assert hashlib.sha256(bytes.fromhex(own.value)).hexdigest() == own.commitment
    operator = client_of(UserFactory.create(is_operator=True))
    for path in ("", "secrets/", "record.jsonl", "units/"):
        response = operator.get(f"/sales/{sale.pk}/{path}")
        body = b"".join(response) if response.streaming else response.content
        assert own.value.encode() not in body
    assert own.commitment in operator.get(f"/sales/{sale.pk}/secrets/").content.decode()
    assert own.value not in repr(own) + str(own)


def test_a_sale_in_which_nothing_is_decided_by_lot_has_no_secrets() -> None:
    sale = sales.approved_sale()
    assert not sale.secrets.exists()
    assert Client().get(f"/sales/{sale.pk}/secrets/").status_code == 404


def test_operators_invite_and_the_invited_commit_and_reveal_on_the_page(
    alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    sale, _people = factory.entered(people=2)
    path = f"/sales/{sale.pk}/secrets/"
    invitation = {"party": "Notary", "handle": "@alice"}
    assert client_of(bob).post(path, invitation).status_code == Forbidden.status
    assert Client().post(path, invitation).status_code == 303
    assert sale.secrets.count() == 1
    operator = client_of(UserFactory.create(is_operator=True))
    assert operator.post(path, {"party": "Notary", "handle": "nobody"}).status_code == 422
    assert operator.post(path, {"party": "site", "handle": "alice"}).status_code == 422
    assert operator.post(path, invitation).status_code == 303
    assert operator.post(path, invitation).status_code == 422
    assert Notification.objects.filter(recipient=alice.profile, kind=secrets.NOTICE).exists()
    party = client_of(alice)
    assert "Commit" in party.get(path).content.decode()
    assert client_of(bob).post(path, {"commitment": COMMITMENT}).status_code == 404
    assert party.post(path, {"commitment": COMMITMENT}).status_code == 303
    factory.seal(sale)
    assert "Reveal it to everybody" in party.get(path).content.decode()
    assert party.post(path, {"value": SECRET}).status_code == 303
    assert SECRET in Client().get(path).content.decode()


def paused_for_an_hour(sale: Sale) -> datetime:
    """Paused ten seconds after the moment of the draw; when it was resumed."""
    since = secrets.moment(sale) + timedelta(seconds=10)
    until = since + timedelta(hours=1)
    sale_services.pause(sale_id=sale.pk, reason="a fire", now=since)
    sale_services.resume(sale_id=sale.pk, now=until)
    sale.refresh_from_db()
    return until


def test_a_pause_takes_nothing_of_the_time_to_reveal(alice: User, settings: Settings) -> None:
    settings.SALE_SECRET_GRACE_SECONDS = 60
    sale = with_notary(alice)
    factory.seal(sale)
    resumed = paused_for_an_hour(sale)
    assert secrets.deadline(sale) == resumed + timedelta(seconds=50)
    sales.open_gate(sale)
    assert not seals.reveal(sale, now=resumed + timedelta(seconds=49))
    sale.refresh_from_db()
    assert sale.voided_at is None
    assert not seals.reveal(sale, now=resumed + timedelta(seconds=50))
    sale.refresh_from_db()
    assert sale.voided_at is not None


def test_two_pauses_add_up_and_one_before_the_moment_counts_from_it(
    alice: User, settings: Settings
) -> None:
    settings.SALE_SECRET_GRACE_SECONDS = 60
    sale = with_notary(alice)
    factory.seal(sale)
    moment = secrets.moment(sale)
    for since, until in ((-30, 20), (30, 130), (300, 400)):  # the last: all is over by then
        sale_services.pause(sale_id=sale.pk, reason="a fire", now=moment + timedelta(seconds=since))
        sale_services.resume(sale_id=sale.pk, now=moment + timedelta(seconds=until))
    sale.refresh_from_db()
    assert secrets.deadline(sale) == moment + timedelta(seconds=60 + 20 + 100)


def test_while_it_is_paused_a_secret_is_taken(alice: User, settings: Settings) -> None:
    settings.SALE_SECRET_GRACE_SECONDS = 60
    sale = with_notary(alice)
    factory.seal(sale)
    sale_services.pause(sale_id=sale.pk, reason="a fire", now=secrets.moment(sale))
    late = clock.now() + timedelta(hours=1)
    secrets.reveal(sale_id=sale.pk, holder=alice, value=SECRET, now=late)
    assert sale.secrets.get(holder=alice).revealed_at == late
