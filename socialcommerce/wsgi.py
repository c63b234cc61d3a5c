"""The WSGI doors: granian calls `application`; the crowd of a sale and static files are served
before Django makes a request.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

from socialcommerce import static_files
from socialcommerce.lib.readable import ReadableDoor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcommerce.settings")
site = get_wsgi_application()

from flashsale.door import SaleDoor  # noqa: E402  its models exist once the site is set up

application = SaleDoor(
    WhiteNoise(
        ReadableDoor(site),
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        **static_files.SERVED,
    )
)
