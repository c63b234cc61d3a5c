from flashsale.admin import operator

__all__ = ["operator"]
