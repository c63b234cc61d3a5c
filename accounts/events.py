"""What happened here, for the apps above. Sent inside the transaction that made it so.

A receiver changes state in the same transaction and does everything else on commit.
"""

from django.dispatch import Signal

profile_created = Signal()  # profile: Profile
followed = Signal()  # follower: Profile, followed: Profile, now: datetime
blocked = Signal()  # blocker: Profile, blocked: Profile, now: datetime
