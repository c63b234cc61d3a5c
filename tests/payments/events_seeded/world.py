"""The stories played on both sides: our services, and banks and card holders at the sandbox."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from pytest_django import Settings

from accounts.models import Profile
from payments import gateway
from payments.gateway.client import client as stripe_client
from payments.models import Instrument, Payment, Refund, StripeCustomer
from payments.payment_states import PaymentState
from payments.sandbox.server import Sandbox
from payments.services import charges, refunds
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.payments.events_seeded.stories import After, Story, Way
from tests.payments.sandbox_fixture import answer_bank

GOOD, ASKS, REFUSES = "pm_card_visa", "pm_card_threeDSecure2Required", "pm_card_chargeCustomerFail"
FIRST_CARD = {
    Way.BY_BANK: ASKS,
    Way.BANK_REFUSES: ASKS,
    Way.GIVEN_UP: ASKS,
    Way.DECLINED: REFUSES,
}
LOST = {Way.ANSWER_LOST, Way.WITH_WALLET, Way.TOP_UP}
SLOW = {Way.PROCESSED, Way.IN_VAIN}
FAILS = {After.BACK_FAILS, After.RELEASED_AND_FAILS}
IS_RELEASED = {After.RELEASED, After.RELEASED_AND_BACK, After.RELEASED_AND_FAILS}
GOES_BACK = {After.PART_BACK, After.BACK_LOST, After.RELEASED_AND_BACK, *FAILS}
IS_DISPUTED = {After.DISPUTE_WON, After.DISPUTE_LOST}


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Whatever is done in here at Stripe was done, and nothing of it was written down here."""
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]  as Django's own tests
    with outer:
        yield
        transaction.set_rollback(True)


class World:
    """`buyers` each have three cards and 100.00 in their wallet; all buy from `seller`."""

    def __init__(
        self, buyers: list[Profile], seller: Profile, sandbox: Sandbox, settings: Settings
    ) -> None:
        self.buyers, self.seller = buyers, seller
        self.sandbox, self.settings = sandbox, settings
        self.cards = {
            (place, token): _card(buyer, token)
            for place, buyer in enumerate(buyers)
            for token in (GOOD, ASKS, REFUSES)
        }
        for buyer in buyers:
            money.give_money(buyer, 10_000)

    def begin(self, story: Story) -> None:
        """The person presses the button."""
        payment = self._open(story)
        if story.way in SLOW:
            self.sandbox.control("rules", processing_next=1)
        if story.way in LOST:
            self._begin_without_answer(payment)
        else:
            charges.drive(payment_id=payment.pk, now=clock.now())

    def go_on(self, story: Story) -> None:
        """Banks decide, and whoever was declined takes another card."""
        payment = _payment(story)
        if story.way in SLOW:
            status = "succeeded" if story.way == Way.PROCESSED else "failed"
            self.sandbox.control(f"payment_intents/{payment.stripe_id}", status=status)
        elif story.way in {Way.BY_BANK, Way.BANK_REFUSES}:
            outcome = "complete" if story.way == Way.BY_BANK else "fail"
            answer_bank(payment.next_action_url, outcome)
        elif story.way == Way.DECLINED:
            self._take_another_card(story)
        elif story.way == Way.GIVEN_UP:
            charges.cancel(payment_id=payment.pk, now=clock.now())

    def settle(self, story: Story) -> None:
        """The sale is released, refunded, disputed."""
        if story.way == Way.BANK_REFUSES:
            self._take_another_card(story)
        payment = _payment(story)
        if payment.purpose != Payment.Purpose.PURCHASE or payment.state != PaymentState.SUCCEEDED:
            return
        if story.after in IS_RELEASED:
            money.release(payment, fee_minor=payment.amount_minor * 3 // 100)
        if story.after in GOES_BACK:
            for refund in money.give_back(payment, story.back_minor, key="back"):
                forget = undone() if story.after == After.BACK_LOST else contextlib.nullcontext()
                with forget:
                    refunds.drive(refund_id=refund.pk, now=clock.now())
        if story.after in IS_DISPUTED:
            self.sandbox.control(f"charges/{_charge_id(payment)}/dispute", reason="general")

    def end(self, story: Story) -> None:
        """Days later banks take back what they had said, and decide what was disputed."""
        payment = _payment(story)
        if story.after in FAILS:
            for refund in Refund.objects.filter(payment=payment).exclude(stripe_id=None):
                self.sandbox.control(f"refunds/{refund.stripe_id}", status="failed")
        disputes = stripe_client().v1.disputes.list({"payment_intent": payment.stripe_id or ""})
        for dispute in disputes.data if story.after in IS_DISPUTED else ():
            status = "won" if story.after == After.DISPUTE_WON else "lost"
            self.sandbox.control(f"disputes/{dispute.id}", status=status)

    def _open(self, story: Story) -> Payment:
        buyer = self.buyers[story.buyer]
        is_top_up = story.way == Way.TOP_UP
        purpose = Payment.Purpose.TOP_UP if is_top_up else Payment.Purpose.PURCHASE
        card = self.cards[story.buyer, FIRST_CARD.get(story.way, GOOD)]
        with transaction.atomic():
            return charges.open_card_payment(
                payer_id=buyer.pk,
                payee_id=buyer.pk if is_top_up else self.seller.pk,
                amount_minor=story.amount_minor,
                currency=money.CURRENCY,
                instrument_id=card.pk,
                reference=story.reference,
                key=story.reference,
                return_url="/wallet/",
                expires_at=clock.now() + timedelta(days=1),
                now=clock.now(),
                purpose=purpose.value,
                wallet_part_minor=100 if story.way == Way.WITH_WALLET else 0,
            )

    def _begin_without_answer(self, payment: Payment) -> None:
        """Committed as being asked about; then Stripe does it, and the answer never comes."""
        key, self.settings.STRIPE_SECRET_KEY = self.settings.STRIPE_SECRET_KEY, ""
        charges.drive(payment_id=payment.pk, now=clock.now())
        self.settings.STRIPE_SECRET_KEY = key
        with undone():
            charges.drive(payment_id=payment.pk, now=clock.now())

    def _take_another_card(self, story: Story) -> None:
        card = self.cards[story.buyer, GOOD]
        charges.retry(payment_id=_payment(story).pk, instrument_id=card.pk, now=clock.now())


def _card(profile: Profile, token: str) -> Instrument:
    """Bound as by Stripe's page, without the page."""
    customer = StripeCustomer.objects.filter(profile=profile).first()
    if customer is None:
        customer = StripeCustomer.objects.create(
            profile=profile,
            stripe_id=gateway.create_customer(
                profile_ref=str(profile.pk),
                email="a@example.com",
                idempotency_key=f"customer:{profile.pk}",
            ),
        )
    bound = stripe_client().v1.payment_methods.attach(token, {"customer": customer.stripe_id})
    card = money.bind_card(profile, is_default=token == GOOD)
    card.payment_method_id = bound.id
    card.save(update_fields=["payment_method_id"])
    return card


def _payment(story: Story) -> Payment:
    return Payment.objects.get(reference=story.reference)


def _charge_id(payment: Payment) -> str:
    intent = stripe_client().v1.payment_intents.retrieve(payment.stripe_id or "")
    return str(intent.latest_charge)
