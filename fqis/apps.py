from django.apps import AppConfig


class FqisConfig(AppConfig):
    name = "fqis"
    verbose_name = "FQIS"
