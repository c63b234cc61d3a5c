"""The demo world leaves its pictures and mails in folders of the test."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def in_development(settings: Settings, tmp_path: Path) -> None:
    settings.DEVELOPMENT = True
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAILBOX_DIR = tmp_path / "mail"
