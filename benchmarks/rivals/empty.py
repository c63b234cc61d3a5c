"""The limit of the framework: a view that does nothing, behind Django's stock middleware."""

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from benchmarks.rivals import site


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


site.configure(__name__)
urlpatterns = [site.health_url, re_path("", empty)]
application = get_wsgi_application()
