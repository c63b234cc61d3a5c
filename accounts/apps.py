from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import notices  # noqa: PLC0415  apps are loaded only now

        notices.register(
            notices.NoticeKind(key="followed", template="accounts/notices/_followed.html")
        )
