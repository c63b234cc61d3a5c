"""Gift cards on the operator site: given by the site, revoked with a reason, never edited."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin import form_pages
from accounts.admin.base import OperatorModelAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import operator_site
from accounts.models import Profile
from payments.admin import acts
from payments.models import GiftCard
from payments.services.gift_cards import ending, making
from socialcommerce.lib import clock
from socialcommerce.lib.money import InvalidAmount, Money, format_money, parse_amount


class GrantForm(forms.Form):
    """How much the site gives, to whom and why. The key makes a second press harmless."""

    amount = forms.CharField(
        label=_("Amount"),
        help_text=_("In the site's currency: 25.00, say. It can be spent at once."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )
    handle = forms.CharField(
        label=_("For whom: a handle"),
        required=False,
        help_text=_("Empty: a code is shown, once."),
        widget=UnfoldAdminTextInputWidget(),
    )
    reason = forms.CharField(
        label=_("Why? The record keeps it."), max_length=200, widget=UnfoldAdminTextInputWidget()
    )
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,64}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", secrets.token_urlsafe(16))

    def clean_amount(self) -> int:
        """In minor units."""
        try:
            return parse_amount(self.cleaned_data["amount"], settings.SITE_CURRENCY)
        except InvalidAmount as invalid:
            raise forms.ValidationError(str(invalid), code="amount") from invalid

    def clean_handle(self) -> Profile | None:
        handle = self.cleaned_data["handle"].strip().removeprefix("@")
        if not handle:
            return None
        person = Profile.objects.active().by_handle(handle).filter(user__isnull=False).first()
        if person is None:
            raise forms.ValidationError(_("There is nobody of that name."), code="handle")
        return person


@admin.register(GiftCard, site=operator_site)
class GiftCardAdmin(OperatorModelAdmin):
    list_display = ("__str__", "amount", "left", "state", "buyer", "holder", "expires_at")
    list_filter = ("state", ("buyer", admin.EmptyFieldListFilter))
    list_select_related = ("account", "buyer", "holder", "issued_by")
    search_fields = ("=code_end", "=buyer__handle", "=holder__handle")
    ordering = ("-pk",)
    exclude = ("code_hash", "key")
    actions = ("revoke",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, card: GiftCard) -> str:
        return format_money(Money(card.amount_minor, card.currency))

    @admin.display(description=_("left"))
    def left(self, card: GiftCard) -> str:
        return format_money(Money(card.account.posted_minor, card.currency))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        form = GrantForm(form_pages.answers(request))
        page = FormPage(
            site=operator_site,
            title=_("Give a gift card"),
            button=_("Give it"),
            done=_("The gift card can be spent."),
            back_url=reverse("operator:payments_giftcard_changelist"),
            form=form,
            do=lambda answers: self._grant(request, answers),
            notes=[_("The site pays for it: the amount is booked to marketing at once.")],
        )
        return form_pages.show(request, page)

    def _grant(self, request: HttpRequest, answers: dict[str, Any]) -> None:
        person: Profile | None = answers["handle"]
        card, code = making.grant(
            amount_minor=answers["amount"],
            holder_id=person.pk if person else None,
            reason=answers["reason"],
            by_id=acting_user(request).pk,
            key=answers["key"],
            now=clock.now(),
        )
        self.log_addition(request, card, answers["reason"])
        if code:
            text = _("Its code is %(code)s. Write it down: it is not shown again.")
            self.message_user(request, text % {"code": code}, messages.WARNING)

    @admin.action(description=_("Revoke, with a reason"))
    def revoke(self, request: HttpRequest, rows: "QuerySet[GiftCard]") -> HttpResponse | None:
        """What is left goes back to whoever paid; the card's page says why it ended."""

        def end(said: dict[str, Any]) -> int:
            for card in rows:
                ending.revoke(card_id=card.pk, reason=said["reason"], now=clock.now())
                acts.log(self, request, card, f"revoked: {said['reason']}")
            return len(rows)

        form = acts.ReasonForm(acts.answers(request))
        title = _("Revoke gift cards")
        return acts.ask_and_do(self, request, rows, form, action="revoke", title=title, do=end)
