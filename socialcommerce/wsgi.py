"""The WSGI door: granian calls `application`; static files do not reach Django."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from socialcommerce.lib.readable import ReadableDoor
from socialcommerce.static_door import StaticDoor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcommerce.settings")
application = StaticDoor(
    ReadableDoor(get_wsgi_application()), root=settings.STATIC_ROOT, prefix=settings.STATIC_URL
)
