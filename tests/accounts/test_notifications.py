"""News: written once, read in one list, by nobody else."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from accounts import notices as registry
from accounts import selectors
from accounts.models import Notification, User
from accounts.services import blocks, notices
from socialcommerce.lib import clock
from tests.factories.accounts import ProfileFactory


def write(count: int, recipient: User) -> None:
    start = clock.now()
    for number in range(count):
        notices.notify(
            recipient_id=recipient.profile.pk,
            kind="followed",
            actor_id=ProfileFactory.create().pk,
            url="/",
            now=start - timedelta(minutes=number),
        )


def test_opening_the_list_shows_the_news_once_as_new(alice: User, bob: User, client_of) -> None:
    client_of(bob).post("/profiles/alice/follow/")
    browser = client_of(alice)

    first, second = browser.get("/notifications/"), browser.get("/notifications/")

    assert b"<strong>Bob</strong> follows you now" in first.content
    assert b"row--unread" in first.content
    assert b"row--unread" not in second.content
    assert b"<strong>Bob</strong> follows you now" in second.content


def test_a_later_page_reads_only_what_it_shows_and_older(alice: User, client_of) -> None:
    write(65, alice)
    browser = client_of(alice)
    pages, cursor = [], ""
    while cursor is not None:
        found = browser.get("/notifications/", {"cursor": cursor}).context["found"]
        pages += [notice.id for day in found.days for notice in day.notices]
        cursor = found.next_cursor

    assert len(pages) == len(set(pages)) == 65
    assert not Notification.objects.unread().exists()


def test_nobody_sees_the_news_of_others(alice: User, mallory: User, client_of) -> None:
    write(1, alice)

    page = client_of(mallory).get("/notifications/")

    assert page.context["found"].days == []
    assert Notification.objects.unread().count() == 1


def test_days_are_those_of_the_site(alice: User, settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    midnight_in_tokyo = clock.now().replace(hour=15, minute=0, second=0, microsecond=0)
    for offset in (-1, 1):
        notices.notify(
            recipient_id=alice.profile.pk,
            kind="followed",
            actor_id=ProfileFactory.create().pk,
            url="/",
            now=midnight_in_tokyo + timedelta(minutes=offset),
        )

    days = selectors.notice_page(alice.profile, cursor=None, size=10).days

    assert [len(day.notices) for day in days] == [1, 1]


def test_a_page_of_news_is_one_query(alice: User, django_assert_num_queries) -> None:
    write(1, alice)
    for _ in range(2):
        with django_assert_num_queries(1):
            selectors.notice_page(alice.profile, cursor=None, size=100)
        write(99, alice)


def test_the_count_of_the_frame_is_one_query_however_often_it_stands_there(
    alice: User, django_assert_num_queries
) -> None:
    write(3, alice)
    request = RequestFactory().get("/")
    request.user = User.objects.select_related("profile").get(pk=alice.pk)
    page = Template("{% load accounts %}{% unread_count %} {% unread_count %}")

    with django_assert_num_queries(1):
        assert page.render(Context({"request": request})) == "3 3"


def test_oneself_is_no_news(alice: User) -> None:
    written = notices.notify(
        recipient_id=alice.profile.pk,
        kind="followed",
        actor_id=alice.profile.pk,
        url="/",
        now=clock.now(),
    )

    assert written is None


@pytest.mark.parametrize("by_recipient", [True, False])
def test_news_do_not_cross_a_block(alice: User, mallory: User, by_recipient) -> None:
    pair = (alice, mallory) if by_recipient else (mallory, alice)
    blocks.block(blocker=pair[0].profile, blocked=pair[1].profile, now=clock.now())

    written = notices.notify(
        recipient_id=alice.profile.pk,
        kind="followed",
        actor_id=mallory.profile.pk,
        url="/",
        now=clock.now(),
    )

    assert written is None


def test_a_kind_that_nobody_registered_is_a_mistake_of_ours(alice: User) -> None:
    with pytest.raises(registry.UnknownKind):
        notices.notify(recipient_id=alice.profile.pk, kind="typo", url="/", now=clock.now())


def test_news_of_a_kind_that_is_gone_are_neither_shown_nor_counted(alice: User) -> None:
    Notification.objects.create(
        recipient=alice.profile, kind="from_before", url="/", created_at=clock.now()
    )

    assert selectors.unread_count(alice.profile) == 0
    assert selectors.notice_page(alice.profile, cursor=None, size=10).days == []
