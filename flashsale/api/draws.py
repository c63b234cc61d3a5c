"""A draw for programs: one's pass, and one's receipt of the sealed list."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.person import person_of
from accounts.api.schema import refusals
from flashsale.models import Pass, PassRoute
from flashsale.services.fairness import passes, receipts
from socialcommerce.lib import clock, limits
from socialcommerce.lib.problems import NotFound


class PassInput(serializers.Serializer[Any]):
    route = serializers.ChoiceField(PassRoute.choices, help_text="Both weigh the same.")


class PassOutput(serializers.ModelSerializer[Pass]):
    class Meta:
        model = Pass
        fields = ("route", "state", "created_at", "resolved_at")


class OwnPass(APIView):
    @extend_schema(operation_id="sale_pass", responses={200: PassOutput, **refusals(401, 404)})
    def get(self, request: Request, sale_id: int) -> Response:
        own = passes.of_person(sale_id, person_of(request).profile)
        if own is None:
            raise NotFound
        return Response(PassOutput(own).data)

    @extend_schema(
        operation_id="sale_take_pass",
        request=PassInput,
        responses={201: PassOutput, **refusals(400, 401, 404, 409)},
    )
    def post(self, request: Request, sale_id: int) -> Response:
        """One a person: a second is refused, by whatever route."""
        wanted = PassInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        own = passes.take(
            sale_id=sale_id,
            person=person_of(request).profile,
            route=PassRoute(wanted.validated_data["route"]),
            now=clock.now(),
        )
        return Response(PassOutput(own).data, status=201)


class OwnReceipt(APIView):
    @extend_schema(
        operation_id="sale_receipt",
        responses={200: OpenApiTypes.OBJECT, **refusals(401, 404, 429)},
    )
    def get(self, request: Request, sale_id: int) -> Response:
        """What the offline script takes: one's line, its path to the root, its decisions."""
        person = person_of(request)
        limits.check(scope="receipt", subject=str(person.pk), limit=20, window_seconds=60)
        return Response(receipts.of_person(sale_id=sale_id, person=person.profile))
