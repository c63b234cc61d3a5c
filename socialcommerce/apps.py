from django.apps import AppConfig


class SocialCommerceConfig(AppConfig):
    """Holds what stands above the five apps: the demo world, health, project commands."""

    name = "socialcommerce"
    verbose_name = "Plaza"

    def ready(self) -> None:
        from accounts.development import register_login_hints  # noqa: PLC0415 - needs the apps
        from socialcommerce.demo.logins import LOGINS  # noqa: PLC0415

        register_login_hints(lambda: LOGINS)
