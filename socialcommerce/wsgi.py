"""The WSGI door: granian calls `application`; static files do not reach Django."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

from socialcommerce import static_files
from socialcommerce.lib.readable import ReadableDoor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcommerce.settings")
application = WhiteNoise(
    ReadableDoor(get_wsgi_application()),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    **static_files.SERVED,
)
