"""Entries of the gate's streams that could not be worked."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin
from accounts.admin.sites import operator_site
from flashsale.models import DeadLetter


@admin.register(DeadLetter, site=operator_site)
class DeadLetterAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("sale", "stream", "reason", "created_at")
    list_filter = ("stream", "sale")
    list_select_related = ("sale",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DeadLetter]":
        rows: QuerySet[DeadLetter] = super().get_queryset(request)
        return rows.filter(sale__rehearses=None)
