"""A person on the way to another site and back, to show who they are there."""

from django.db import models

from accounts.models.consents import Consented
from accounts.models.profile import Profile


class LinkAttempt(Consented):
    """Our row first, so that the way back is known: whose it is, and that it is taken once.

    Of `state` only a digest is kept: whoever reads this table still has no way back.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="link_attempts")
    provider = models.CharField(max_length=30)
    state_digest = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=64)
    verifier = models.CharField(max_length=128)
    next_url = models.TextField(blank=True)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.profile_id} to {self.provider}"
