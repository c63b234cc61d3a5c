"""`make pictures`: every main page of the running stack as a PNG."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialcommerce.demo import world
from socialcommerce.embedded import readiness
from socialcommerce.embedded.ports import LOOPBACK

FOLDER = Path(settings.BASE_DIR) / "var" / "pictures"


class Command(BaseCommand):
    help = "Screenshots of the running stack into var/pictures/<page>_<width>_<scheme>.png."

    def add_arguments(self, parser: CommandParser) -> None:
        default = os.environ.get("PORT") or str(urlsplit(settings.SITE_URL).port or 8000)
        parser.add_argument("--port", type=int, default=int(default))

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        self._check(port)
        # Playwright is for development: elsewhere its absence must be no broken import.
        album = import_module("socialcommerce.demo.pictures.album")
        browser = import_module("socialcommerce.demo.pictures.browser")
        try:
            for line in album.take(site=f"http://{LOOPBACK}:{port}", folder=FOLDER):
                self.stdout.write(line)
        except browser.Missing as missing:
            raise CommandError(str(missing)) from missing
        self.stdout.write(self.style.SUCCESS(f"The pictures are in {FOLDER}"))

    def _check(self, port: int) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("Pictures are taken of the demo world, in development only.")
        if find_spec("playwright") is None:
            raise CommandError("Playwright is not installed: `make clean`, then `make up`.")
        answer = readiness.ask(port)
        if not answer.is_ready:
            raise CommandError(f"Nothing to take pictures of at port {port}: {answer.missing}.")
        if not world.is_loaded():
            raise CommandError("The demo world is not loaded: run `make demo-reset`.")
