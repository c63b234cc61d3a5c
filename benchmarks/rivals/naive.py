"""The view that teams write first, in both of its forms, with persistent connections.

No login, no payment, no order lines: a row in a table and a number that goes down.
"""

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from benchmarks.rivals import database, site

INSERT = "INSERT INTO rival_order (person) VALUES (%s) ON CONFLICT DO NOTHING"


def _person(request: HttpRequest) -> int:
    """The same bytes as the sale gets: the person is the token's second part."""
    return int(request.POST["token"].split(".")[1])


@csrf_exempt
def locked(request: HttpRequest) -> JsonResponse:
    """SELECT ... FOR UPDATE, then count down, then insert."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT remain FROM rival_stock WHERE id = 1 FOR UPDATE")
        if cursor.fetchone()[0] <= 0:
            return JsonResponse({"standing": "sold_out"})
        cursor.execute("UPDATE rival_stock SET remain = remain - 1 WHERE id = 1")
        cursor.execute(INSERT, [_person(request)])
    return JsonResponse({"standing": "held"})


class NothingLeft(Exception):
    """Takes the inserted order back."""


@csrf_exempt
def conditional(request: HttpRequest) -> JsonResponse:
    """INSERT first, then count down under a condition: the lock is held for less."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT, [_person(request)])
            cursor.execute("UPDATE rival_stock SET remain = remain - 1 WHERE id = 1 AND remain > 0")
            if not cursor.rowcount:
                raise NothingLeft
    except NothingLeft:
        return JsonResponse({"standing": "sold_out"})
    return JsonResponse({"standing": "held"})


site.configure(__name__, DATABASES=database.settings())
urlpatterns = [site.health_url, path("locked/", locked), path("conditional/", conditional)]
application = get_wsgi_application()
