"""A Django site with the stock middleware and nothing else, for the rivals to stand in."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.load import HOST_NAME

# What `django-admin startproject` writes.
MIDDLEWARE: Final = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPS: Final = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]


def configure(urls: str, **more: Any) -> None:
    """Django's settings are those of a new project whose addresses are in module `urls`."""
    settings.configure(
        SECRET_KEY="a rival signs nothing",  # noqa: S106
        ALLOWED_HOSTS=[HOST_NAME],
        ROOT_URLCONF=urls,
        MIDDLEWARE=MIDDLEWARE,
        INSTALLED_APPS=APPS,
        USE_TZ=True,
        **more,
    )


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


health_url = path("healthz", health)
