"""The market for programs: everything on sale."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Profile
from accounts.selectors import viewer_of
from shop import selectors
from shop.api import schema
from shop.models import Product
from socialcommerce.lib import api


class Products(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="products",
        parameters=[schema.FiltersInput, api.CURSOR, api.SIZE],
        responses={200: schema.ProductPageOutput, **schema.refusals(400)},
    )
    def get(self, request: Request) -> Response:
        """What is on sale, the newest first."""
        query = schema.FiltersInput(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        filters = selectors.Filters(
            text=asked.get("q", ""),
            category=asked.get("category", ""),
            store_handle=asked.get("store", ""),
            price_from_minor=asked.get("price_from_minor"),
            price_to_minor=asked.get("price_to_minor"),
        )
        viewer = viewer_of(request.user)
        rows = selectors.filtered(viewer, filters).for_view()
        return api.page_response(request, rows, partial(_present, viewer))


class ProductDetail(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="product", responses={200: schema.ProductOutput, **schema.refusals(404)}
    )
    def get(self, request: Request, product_id: int) -> Response:
        found = selectors.product(product_id, viewer=viewer_of(request.user))
        return Response(schema.ProductOutput(found).data)


def _present(viewer: Profile | None, rows: Sequence[Product]) -> Sequence[Any]:
    return [schema.ProductOutput(view).data for view in selectors.views_of(rows, viewer)]
