from django.apps import AppConfig


class SocialCommerceConfig(AppConfig):
    """Holds what stands above the five apps: the demo world, health, project commands."""

    name = "socialcommerce"
    verbose_name = "Plaza"
