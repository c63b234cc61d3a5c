from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import notices  # noqa: PLC0415  apps are loaded only now

        notices.register(
            notices.NoticeKind(key="followed", template="accounts/notices/_followed.html")
        )
