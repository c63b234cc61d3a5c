"""Why a provider could not tell who somebody is. Services say it to people in their words."""


class Unavailable(Exception):
    """The provider does not answer, or answers that it cannot: later it may."""


class Rejected(Exception):
    """The provider said no, or something that must not be believed."""
