"""Where every address goes: the apps own theirs, this page only lists them."""

from django.conf import settings
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.admin.sites import merchant_site, operator_site
from socialcommerce import dev, health
from socialcommerce.lib import http
from socialcommerce.manifest import favicon, manifest

get_only = http.require("GET")

api_patterns = [
    path("", include("accounts.api.urls")),
    path("", include("feed.api.urls")),
    path("", include("payments.api.urls")),
    path("", include("shop.api.urls")),
    path("", include("flashsale.api.urls")),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", favicon, name="favicon"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("api/v1/", include(api_patterns)),
    path("api/schema/", get_only(SpectacularSwaggerView.as_view(url_name="schema")), name="api"),
    path("api/schema/openapi.yaml", get_only(SpectacularAPIView.as_view()), name="schema"),
    path("merchant/", merchant_site.urls),
    path("operator/", operator_site.urls),
    path("accounts/", include("accounts.login_urls")),
    path("", include("accounts.urls")),
    path("", include("payments.urls")),
    path("", include("shop.urls")),
    path("", include("flashsale.urls")),
    path("", include("feed.urls")),
]

if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/look/", dev.look, name="dev-look"),
        path("dev/look/refusal/", dev.refusal, name="dev-refusal"),
    ]

handler400 = "socialcommerce.errors.bad_request"
handler403 = "socialcommerce.errors.permission_denied"
handler404 = "socialcommerce.errors.page_not_found"
handler500 = "socialcommerce.errors.server_error"
