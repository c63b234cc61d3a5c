"""A gift card's money is on it before it can be spent: paid by a person, or given by the site."""

from datetime import timedelta

import pytest

from accounts.models import Notification, User
from accounts.services import blocks
from payments.gift_card_states import GiftCardState
from payments.models import AccountKind, GiftCard, Payment
from payments.payment_states import PaymentState
from payments.services import charges, ledger, refunds, sweeps
from payments.services.gift_cards import buying, making
from payments.services.gift_cards.making import BadGiftCard
from socialcommerce.lib import clock
from tests.factories.gift_cards import buy_gift_card, give_gift_card, left_on
from tests.factories.payments import available, balance_of, give_back, give_money
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank

pytestmark = pytest.mark.django_db
DECLINED, WANTS_3DS = "4000000000000341", "4000000000003220"


@pytest.fixture
def buyer(alice: User) -> User:
    give_money(alice.profile, 5_000)
    return alice


def test_the_wallet_pays_for_it_at_once(buyer: User) -> None:
    card = buy_gift_card(buyer.profile, 2_000)
    assert (card.state, left_on(card), available(buyer.profile)) == ("active", 2_000, 3_000)
    assert (card.holder_id, card.code_end) == (None, "")
    assert card.expires_at - clock.now() > timedelta(days=5 * 365)


def test_a_card_pays_for_it(buyer: User, bind: BindCard) -> None:
    card = buy_gift_card(buyer.profile, 2_000, card=bind(buyer))
    assert (card.state, left_on(card), available(buyer.profile)) == ("active", 2_000, 5_000)


def test_the_same_key_buys_once(buyer: User) -> None:
    first, again = (buy_gift_card(buyer.profile, 2_000, key="k") for _press in range(2))
    assert (first.pk, available(buyer.profile)) == (again.pk, 3_000)
    with pytest.raises(ledger.KeyConflict):
        buy_gift_card(buyer.profile, 2_500, key="k")


def test_until_the_bank_has_seen_the_person_there_is_nothing_on_it(
    buyer: User, bind: BindCard
) -> None:
    card = buy_gift_card(buyer.profile, 2_000, handle="", card=bind(buyer, WANTS_3DS))
    assert (card.state, left_on(card)) == ("ordered", 0)
    payment = buying.payment_of(card)
    answer_bank(payment.next_action_url)
    charges.drive(payment_id=payment.pk, now=clock.now())
    card.refresh_from_db()
    assert (card.state, left_on(card)) == ("active", 2_000)


def test_a_declined_card_may_be_followed_by_another(buyer: User, bind: BindCard) -> None:
    card = buy_gift_card(buyer.profile, 2_000, card=bind(buyer, DECLINED))
    payment = buying.payment_of(card)
    assert (card.state, payment.state) == ("ordered", PaymentState.REQUIRES_METHOD)
    charges.retry(payment_id=payment.pk, instrument_id=bind(buyer).pk, now=clock.now())
    card.refresh_from_db()
    assert (card.state, left_on(card)) == ("active", 2_000)


def test_what_is_never_paid_is_dropped(buyer: User, bind: BindCard) -> None:
    card = buy_gift_card(buyer.profile, 2_000, card=bind(buyer, WANTS_3DS))
    sweeps.drive_stuck(now=clock.now() + timedelta(minutes=20), limit=10)
    card.refresh_from_db()
    assert (card.state, left_on(card)) == (GiftCardState.DROPPED, 0)


@pytest.mark.parametrize("amount_minor", [-1, 0, 499, 50_001, 2**62])
def test_amounts_have_limits(amount_minor: int, buyer: User) -> None:
    with pytest.raises(BadGiftCard):
        buy_gift_card(buyer.profile, amount_minor)
    assert not GiftCard.objects.exists()


def test_a_wallet_that_has_too_little_buys_nothing(buyer: User) -> None:
    with pytest.raises(ledger.InsufficientFunds):
        buy_gift_card(buyer.profile, 5_001)
    assert not GiftCard.objects.exists()
    assert not Payment.objects.exists()


def test_a_friend_has_it_at_once_and_knows(buyer: User, bob: User) -> None:
    card = buy_gift_card(buyer.profile, 2_000, handle="BOB")
    assert card.holder_id == bob.profile.pk
    notice = Notification.objects.get(recipient=bob.profile)
    assert (notice.kind, notice.data["words"]) == ("payments.gift_card", "Happy birthday")


def test_a_friend_knows_only_when_it_is_paid(buyer: User, bob: User, bind: BindCard) -> None:
    buy_gift_card(buyer.profile, 2_000, handle="bob", card=bind(buyer, DECLINED))
    assert not Notification.objects.filter(recipient=bob.profile).exists()


@pytest.mark.parametrize("handle", ["nobody_here", "mallory"])
def test_who_is_not_there_and_who_blocks_look_alike(
    handle: str, buyer: User, mallory: User
) -> None:
    blocks.block(blocker=mallory.profile, blocked=buyer.profile, now=clock.now())
    with pytest.raises(buying.NoSuchFriend):
        buy_gift_card(buyer.profile, 2_000, handle=handle)
    assert available(buyer.profile) == 5_000


def test_the_site_gives_one_out_of_its_marketing(alice: User) -> None:
    card = give_gift_card(alice, 1_500)
    assert (card.state, left_on(card)) == ("active", 1_500)
    assert balance_of(AccountKind.MARKETING) == -1_500
    assert Notification.objects.get(recipient=alice.profile).actor_id is None


def test_the_site_gives_once_for_a_key(alice: User, bob: User) -> None:
    given = [
        making.grant(
            amount_minor=1_500,
            holder_id=None,
            reason="prize",
            by_id=bob.pk,
            key="k",
            now=clock.now(),
        )
        for _press in range(2)
    ]
    assert given[0][0].pk == given[1][0].pk
    assert (len(given[0][1]), given[1][1]) == (19, "")
    assert balance_of(AccountKind.MARKETING) == -1_500


def test_what_it_was_bought_with_is_not_given_back_as_a_purchase(buyer: User) -> None:
    card = buy_gift_card(buyer.profile, 2_000)
    with pytest.raises(refunds.NotRefundable):
        give_back(buying.payment_of(card), 2_000)
