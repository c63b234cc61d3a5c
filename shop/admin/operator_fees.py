"""Fee rules on the operator site: set and ended, never rewritten; the list is the history."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin import form_pages
from accounts.admin.base import OperatorModelAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import operator_site
from shop.admin.fee_rule_form import FeeRuleForm
from shop.fee_words import share_words
from shop.models import FeeRule
from shop.services import fees
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Problem


@admin.register(FeeRule, site=operator_site)
class FeeRuleAdmin(OperatorModelAdmin):
    list_display = ("__str__", "share", "valid_from", "ended_at", "note", "created_by")
    list_filter = ("scope", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("store__profile", "product", "created_by")
    search_fields = ("=store__profile__handle", "product__title", "note")
    actions = ("end",)

    @admin.display(description=_("fee"))
    def share(self, rule: FeeRule) -> str:
        return share_words(rule.basis_points, rule.fixed_minor, rule.currency)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        form = FeeRuleForm(form_pages.answers(request))
        standard = share_words(settings.STORE_FEE_BASIS_POINTS, 0, "")
        page = FormPage(
            site=operator_site,
            title=_("Set a fee rule"),
            button=_("Set the rule"),
            done=_("Set. Orders that are placed before keep their fee."),
            back_url=reverse("operator:shop_feerule_changelist"),
            form=form,
            do=lambda _answers: self._set(request, form),
            notes=[
                _("A product's rule comes before its store's, that before its category's, and"
                  " that before the site's. Name none of the three for the whole site."),
                _("Where no rule fits, the fee is %(standard)s.") % {"standard": standard},
            ],
        )  # fmt: skip
        return form_pages.show(request, page)

    def _set(self, request: HttpRequest, form: FeeRuleForm) -> None:
        now = clock.now()
        rule = fees.set_rule(
            target=form.target,
            terms=form.terms,
            note=form.cleaned_data["note"],
            valid_from=form.cleaned_data["valid_from"] or now,
            by_id=acting_user(request).pk,
            now=now,
        )
        self.log_addition(request, rule, rule.note)

    @admin.action(description=_("End: orders go by the next wider rule"))
    def end(self, request: HttpRequest, chosen: "QuerySet[FeeRule]") -> None:
        for rule in chosen:
            try:
                fees.end_rule(rule_id=rule.pk, now=clock.now())
            except Problem as problem:
                self.message_user(request, f"{rule}: {problem.title}", messages.WARNING)
            else:
                self.log_change(request, rule, "end")
                self.message_user(request, f"{rule}: {_('ended')}", messages.SUCCESS)
