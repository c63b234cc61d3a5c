"""The web app manifest and the icon that browsers ask for unasked."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static

ICON_EDGES_PX = (48, 180, 192, 512)


def favicon(_request: HttpRequest) -> HttpResponseRedirect:
    """For pages that name no icon of their own: the admin sites, the API, an error."""
    return HttpResponseRedirect(static("img/mark-48.png"))


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
