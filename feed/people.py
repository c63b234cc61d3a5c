"""Who does something in the feed, on a page or through the API."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from feed.selectors import viewer_of
from socialcommerce.lib.problems import Forbidden


class NoProfile(Forbidden):
    code = "no-profile"
    title = _("This login has no profile to do that with")


def person(user: object) -> Profile:
    """The profile of who asks. Raises NoProfile for an operator who never signed up as a person."""
    profile = viewer_of(user)
    if profile is None:
        raise NoProfile
    return profile
