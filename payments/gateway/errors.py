"""What can go wrong at Stripe, in our words."""

from dataclasses import dataclass

from payments.gateway import declines


class GatewayError(Exception):
    """The parent of everything that the gateway raises."""


@dataclass(unsafe_hash=True)
class Declined(GatewayError):
    """The bank said no. Mostly met as a value, in ``PaymentResult.decline``.

    ``reason_code`` is Stripe's decline code, or its error code where there is none.
    """

    reason_code: str

    @property
    def message(self) -> str:
        """The reason and the next step, in the reader's language."""
        return declines.words(self.reason_code)

    def __str__(self) -> str:
        return self.reason_code


class Unavailable(GatewayError):
    """No answer, or one that says nothing: whether it was done is not known.

    Ask again with the same idempotency key, or retrieve the object, before anything else.
    """


class KeyMisused(Unavailable):
    """The idempotency key was first used for something else: look up what Stripe has."""


class Rejected(GatewayError):
    """Stripe refused the request as such, and nothing was done: our mistake, or too late.

    ``code`` is Stripe's error code where it gave one (``charge_already_refunded``, say).
    """

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class UnmappedAmount(Rejected):
    """This currency or amount has no exact form at Stripe; nothing was sent."""


class NotConfigured(GatewayError):
    """There is no Stripe key, or Stripe does not take it."""


class BadSignature(GatewayError):
    """This did not come from Stripe, or came too late; nothing in it may be believed."""
