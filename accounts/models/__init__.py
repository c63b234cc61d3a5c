"""The aggregates of accounts: one module each."""

from accounts.models.address import Address
from accounts.models.consents import Consented
from accounts.models.links import LinkAttempt
from accounts.models.membership import Membership, Role
from accounts.models.notification import Notification
from accounts.models.profile import Profile, ProfileKind
from accounts.models.relations import Block, Follow
from accounts.models.user import User

__all__ = [
    "Address",
    "Block",
    "Consented",
    "Follow",
    "LinkAttempt",
    "Membership",
    "Notification",
    "Profile",
    "ProfileKind",
    "Role",
    "User",
]
