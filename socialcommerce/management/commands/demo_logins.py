"""`manage.py demo_logins`: who may be tried out."""

from typing import Any

from django.core.management.base import BaseCommand

from socialcommerce.demo.logins import LOGINS


class Command(BaseCommand):
    help = "Print the logins of the demo world."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Demo logins")
        for hint in LOGINS:
            self.stdout.write(f"  {hint.email:<22} {hint.password}   {hint.role}")
