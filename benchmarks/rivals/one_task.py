"""One Celery task a reservation: the view hands each to the broker, a worker inserts it alone."""

import os

from celery import Celery
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from benchmarks.rivals import database, site

QUEUE = "rival"

site.configure(__name__, DATABASES=database.settings())
application = get_wsgi_application()
app = Celery("rival", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, task_default_queue=QUEUE, task_acks_late=True)


@app.task
def reserve(person: int, lot: int, address: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rival_reservation (person, lot, address) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [person, lot, address],
        )


@csrf_exempt
def received(request: HttpRequest) -> JsonResponse:
    person = int(request.POST["token"].split(".")[1])
    reserve.delay(person, int(request.POST["lot"]), int(request.POST["address"]))
    return JsonResponse({"standing": "received"})


urlpatterns = [site.health_url, path("reserve/", received)]
