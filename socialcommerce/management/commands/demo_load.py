"""`manage.py demo_load`: the demo world, once; its sales, at each start."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from socialcommerce.demo import blank, sales, world
from socialcommerce.lib import clock


class Command(BaseCommand):
    help = "Load the demo world if the database is empty, and schedule its sales from now."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo world is for development: nothing was loaded.")
        now = clock.now()
        if world.is_torn():
            self.stdout.write("An earlier load was interrupted: beginning again.")
            blank.make()
        if not world.is_loaded():
            self.stdout.write("Loading the demo world: stores, products, people, posts.")
            world.load(now=now)
        for line in sales.schedule(now=now):
            self.stdout.write(line)
