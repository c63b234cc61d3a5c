"""Mail for one machine: every message is a file, and /dev/mail/ shows them."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SHOWN_MAX = 100  # newest first; who looks for older mail finds the files
KEY_PATTERN = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """`key` names the file and sorts by time."""

    key: str
    sent_at: datetime
    to: str
    subject: str
    text: str


class MailboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Each message is a file in MAILBOX_DIR."""
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            key = f"{datetime.now(tz=UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
            (folder / f"{key}.eml").write_bytes(message.message().as_bytes())
        return len(email_messages)


def newest() -> list[Mail]:
    """At most SHOWN_MAX mails, newest first; empty if none was ever sent."""
    files = sorted(Path(settings.MAILBOX_DIR).glob("*.eml"), reverse=True)
    ours = [file for file in files if KEY_PATTERN.fullmatch(file.stem)]
    return [_read(file) for file in ours[:SHOWN_MAX]]


def find(key: str) -> Mail | None:
    """That mail, or None; a key that is not one of ours never touches the disk."""
    file = Path(settings.MAILBOX_DIR) / f"{key}.eml"
    return _read(file) if KEY_PATTERN.fullmatch(key) and file.is_file() else None


def _read(file: Path) -> Mail:
    parsed = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(parsed, ParsedMessage)  # noqa: S101  what policy.default makes
    body = parsed.get_body(preferencelist=("plain", "html"))
    return Mail(
        key=file.stem,
        sent_at=datetime.strptime(file.stem[:20], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC),
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        text=body.get_content() if body else "",
    )
