"""The web app manifest: the site can be put on a phone's home screen."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static

ICON_EDGES_PX = (48, 180, 192, 512)


def manifest(_request: HttpRequest) -> JsonResponse:
    icons = [
        {
            "src": static(f"img/mark-{edge}.png"),
            "sizes": f"{edge}x{edge}",
            "type": "image/png",
            "purpose": "any",
        }
        for edge in ICON_EDGES_PX
    ]
    return JsonResponse(
        {
            "name": settings.SITE_NAME,
            "short_name": settings.SITE_NAME,
            "start_url": "/",
            "display": "standalone",
            "background_color": "#fbf9f7",
            "theme_color": "#fbf9f7",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )
