"""Everything between "the databases run" and "the site may start", in one process."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from socialcommerce.embedded.paths import LAYOUT


class Command(BaseCommand):
    """One Django start instead of four: the second `make up` is ready in seconds."""

    help = "Migrate, collect static files, load the demo world, write down its logins."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Migrating the database ...")
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        self.stdout.write("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("demo_load", stdout=self.stdout)
        logins = StringIO()
        call_command("demo_logins", stdout=logins)
        LAYOUT.logins.write_text(logins.getvalue())
