from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import notices  # noqa: PLC0415  apps are loaded only now
        from accounts.openid import checks  # noqa: PLC0415

        notices.register(
            notices.NoticeKind(key="followed", template="accounts/notices/_followed.html")
        )
        register(checks.providers_are_sound)
