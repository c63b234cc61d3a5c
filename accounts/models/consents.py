"""What a person agreed to before something was linked, in the words that they saw."""

from datetime import datetime

from django.db import models


class Consented(models.Model):
    """Columns of what begins with a consent; empty where it began before consents were kept."""

    consent_version = models.CharField(max_length=20, blank=True, default="", db_default="")
    consent_text = models.TextField(blank=True, default="", db_default="")
    consented_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def agree(self, *, version: str, text: str, at: datetime) -> None:
        """The person agreed to this text then. Not saved here."""
        self.consent_version, self.consent_text, self.consented_at = version, text, at

    def agree_like(self, other: "Consented") -> None:
        """As was agreed for `other`, of which this one comes. Not saved here."""
        self.consent_version, self.consent_text = other.consent_version, other.consent_text
        self.consented_at = other.consented_at
