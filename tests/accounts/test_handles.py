"""What can be a handle and what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import handles
from accounts.models import Profile, User
from accounts.services import people
from accounts.services.profiles import HandleRefused, HandleTaken
from socialcommerce.lib import clock


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("alice", "alice"),
        ("Alice_99", "Alice_99"),
        ("@alice", "alice"),
        ("  alice ", "alice"),
        ("ａｌｉｃｅ", "alice"),  # full-width letters, as a Japanese keyboard writes them
        ("x" * 20, "x" * 20),
        ("abc", "abc"),
    ],
)
def test_a_good_handle_is_taken_as_meant(text: str, handle: str) -> None:
    assert handles.clean(text) == handle


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "x" * 21,
        "with space",
        "dash-ed",
        "dot.ted",
        "аlice",  # a Cyrillic a
        "名前名前",
        "alice\x00",
        "alice\n\nbob",
        "../etc",
        "admin",
        "ADMIN",
        "Operator",
        "12345",
        "1_000",
        "O0l1",
        "o_O",
        "___",
        "_l_",
    ],
)
def test_a_bad_handle_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(handles.BadHandle) as refusal:
        handles.clean(text)

    assert str(refusal.value.reason)


@given(st.text(max_size=30))
def test_whatever_is_accepted_fits_the_database(text: str) -> None:
    try:
        handle = handles.clean(text)
    except handles.BadHandle:
        return
    assert handles.is_one(handle)
    assert handles.clean(handle) == handle


def test_a_handle_is_unique_without_regard_to_case(alice: User) -> None:
    with pytest.raises(HandleTaken):
        people.register(
            email="other@example.com",
            password="correct-horse-battery",
            handle="ALICE",
            name="Other",
            now=clock.now(),
        )

    assert not User.objects.filter(email="other@example.com").exists()


def test_a_reserved_handle_leaves_no_half_made_user(db: None) -> None:
    with pytest.raises(HandleRefused):
        people.register(
            email="other@example.com",
            password="correct-horse-battery",
            handle="wallet",
            name="Other",
            now=clock.now(),
        )

    assert not User.objects.exists()


def test_a_profile_is_found_in_any_case(alice: User) -> None:
    assert Profile.objects.by_handle("aLiCe").get() == alice.profile
