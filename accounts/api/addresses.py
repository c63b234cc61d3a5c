"""The address book."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import schema
from accounts.api.person import person_of
from accounts.models import Address
from accounts.services import addresses
from socialcommerce.lib import clock


class Addresses(APIView):
    @extend_schema(
        operation_id="addresses",
        responses={200: schema.AddressSerializer(many=True), **schema.refusals(401)},
    )
    def get(self, request: Request) -> Response:
        """All of them, the default first: a book holds at most 50."""
        rows = Address.objects.kept().filter(profile=person_of(request).profile)
        return Response(schema.AddressSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="address_add",
        request=schema.AddressSerializer,
        responses={201: schema.AddressSerializer, **schema.refusals(400, 401, 409)},
    )
    def post(self, request: Request) -> Response:
        fields, is_default = _read(request)
        address = addresses.add(
            profile=person_of(request).profile, fields=fields, is_default=is_default
        )
        return Response(schema.AddressSerializer(address).data, status=201)


class AddressDetail(APIView):
    @extend_schema(
        operation_id="address",
        responses={200: schema.AddressSerializer, **schema.refusals(401, 404)},
    )
    def get(self, request: Request, address_id: int) -> Response:
        return Response(schema.AddressSerializer(_own(request, address_id)).data)

    @extend_schema(
        operation_id="address_edit",
        request=schema.AddressSerializer,
        responses={200: schema.AddressSerializer, **schema.refusals(400, 401, 404)},
    )
    def patch(self, request: Request, address_id: int) -> Response:
        """What is sent changes. `is_default` false changes nothing: make another one default."""
        address = _own(request, address_id)
        fields, is_default = _read(request, partial=True)
        addresses.edit(address=address, fields=fields, is_default=is_default)
        return Response(schema.AddressSerializer(address).data)

    @extend_schema(
        operation_id="address_remove", responses={204: None, **schema.refusals(401, 404)}
    )
    def delete(self, request: Request, address_id: int) -> Response:
        addresses.remove(address=_own(request, address_id), now=clock.now())
        return Response(status=204)


def _own(request: Request, address_id: int) -> Address:
    return addresses.get(profile=person_of(request).profile, address_id=address_id)


def _read(request: Request, *, partial: bool = False) -> tuple[dict[str, Any], bool]:
    data = schema.AddressSerializer(data=request.data, partial=partial)
    data.is_valid(raise_exception=True)
    fields = dict(data.validated_data)
    return fields, bool(fields.pop("is_default", False))
