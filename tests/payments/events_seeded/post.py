"""How events arrive: once each and in order, or as the seed has it."""

import hashlib
import hmac
import time
from datetime import timedelta
from random import Random
from typing import Protocol

from django.test import Client
from pytest_django import Settings

from payments.models import StripeEvent, StripeEventState
from payments.sandbox.server import Sandbox
from payments.services import stripe_events
from socialcommerce.lib import clock
from tests.payments.sandbox_fixture import WEBHOOK_PATH


class Post(Protocol):
    def act(self) -> None:
        """Something was done somewhere; what has happened may or may not be told now."""

    def converge(self, *, is_last: bool = False) -> None:
        """Everything that has happened by now was told, and was processed."""


class InOrder:
    """Each event once, in the order in which it happened, and processed before the next."""

    def __init__(self, sandbox: Sandbox, settings: Settings) -> None:
        self.sandbox, self.settings = sandbox, settings

    def act(self) -> None:
        self.converge()

    def converge(self, *, is_last: bool = False) -> None:
        for event in self.sandbox.control("deliveries/collect"):
            hand_over(event["payload"], self.settings.STRIPE_WEBHOOK_SECRETS[0])
            stripe_events.process_due(now=clock.now(), limit=1)


class AnyHow:
    """Each event three times, in any order, interleaved with work; some are dropped and told again,
    some late copies come when all is over; Stripe is away now and then; the secret is rotated.
    """

    def __init__(self, sandbox: Sandbox, settings: Settings, seed: int) -> None:
        self.sandbox, self.settings = sandbox, settings
        self.random = Random(f"post {seed}")
        self.waiting: list[str] = []
        self.late: list[str] = []
        self.old_secret = settings.STRIPE_WEBHOOK_SECRETS[0]
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", self.old_secret]

    def act(self) -> None:
        if self.random.random() < 0.3:  # all news of a story or two
            self.sandbox.control("rules", drop_next=self.random.randint(1, 8))
        if self.random.random() < 0.1:
            self._collect()
            self._deliver(len(self.waiting) // 2)

    def converge(self, *, is_last: bool = False) -> None:
        self.sandbox.control("rules", drop_next=0)
        self._collect()
        if is_last:
            self.waiting += self.late
            self.random.shuffle(self.waiting)
        self._deliver(len(self.waiting))
        stripe_events.catch_up(now=clock.now())
        process_all()

    def _collect(self) -> None:
        """Three copies of each; one of them at least in this phase, others maybe in the last."""
        for event in self.sandbox.control("deliveries/collect"):
            self.waiting.append(event["payload"])
            for _copy in range(2):
                goal = self.late if self.random.random() < 0.3 else self.waiting
                goal.append(event["payload"])
        self.random.shuffle(self.waiting)

    def _deliver(self, count: int) -> None:
        for _one in range(count):
            payload = self.waiting.pop()
            if self.random.random() < 0.15:  # not taken; Stripe tries again
                self.waiting.insert(self.random.randint(0, len(self.waiting)), payload)
                payload = self.waiting.pop()
            hand_over(payload, self.random.choice(["whsec_new", self.old_secret]))
            if self.random.random() < 0.1:
                self._process_some()

    def _process_some(self) -> None:
        key = self.settings.STRIPE_SECRET_KEY
        if self.random.random() < 0.1:
            self.settings.STRIPE_SECRET_KEY = ""
        stripe_events.process_due(now=clock.now(), limit=self.random.randint(1, 20))
        self.settings.STRIPE_SECRET_KEY = key


def process_all() -> None:
    """Every event that can be processed is done, however often it was put off."""
    for hours in range(1, stripe_events.TRIES + 2):
        later = clock.now() + timedelta(hours=hours)
        while stripe_events.process_due(now=later, limit=100):
            pass
        if not StripeEvent.objects.filter(state=StripeEventState.PENDING).exists():
            return


def hand_over(payload: str, secret: str) -> None:
    """Signed anew at each delivery, as Stripe does. Our door takes it."""
    moment = int(time.time())
    signature = hmac.new(secret.encode(), f"{moment}.{payload}".encode(), hashlib.sha256)
    answer = Client().post(
        WEBHOOK_PATH,
        data=payload,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={moment},v1={signature.hexdigest()}"},
    )
    assert answer.status_code == 200
