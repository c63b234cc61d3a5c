"""Who may be tried out in the demo world. The password is plainly for development."""

from accounts.development import LoginHint

PASSWORD = "plainly-for-development"  # noqa: S105 - printed on the login page, on purpose

LOGINS = (
    LoginHint(email="mina@plaza.example", password=PASSWORD, role="reads, posts, buys"),
    LoginHint(email="jonas@plaza.example", password=PASSWORD, role="the same, on another device"),
    LoginHint(
        email="yuki@plaza.example", password=PASSWORD, role="merchant: Kiln & Leaf, at /merchant/"
    ),
    LoginHint(email="ops@plaza.example", password=PASSWORD, role="operator, at /operator/"),
)
