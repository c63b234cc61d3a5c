"""Liking, sharing, deleting, reporting: over the pages, by everybody, twice."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Notification, User
from accounts.services import memberships
from feed.models import Like, Post, Report
from feed.services import likes, moderation, posts, reports, reposts
from socialcommerce.lib import clock
from socialcommerce.lib.problems import NotFound
from tests.factories.accounts import StoreProfileFactory
from tests.factories.feed import post_of

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
ACTS = ("like", "unlike", "repost", "undo-repost", "delete", "restore")


def count(post: Post, field: str) -> int:
    post.refresh_from_db()
    return int(getattr(post, field))


@pytest.mark.parametrize(
    ("act", "undo", "field"),
    [("like", "unlike", "like_count"), ("repost", "undo-repost", "repost_count")],
)
def test_doing_it_twice_counts_once_and_undoing_gives_it_back(
    alice: User, bob: User, client_of: ClientOf, act: str, undo: str, field: str
) -> None:
    post = post_of(alice.profile)
    client = client_of(bob)
    for name, expected in ((act, 1), (act, 1), (undo, 0), (undo, 0), (act, 1)):
        answer = client.post(f"/posts/{post.pk}/{name}/", headers=HTMX)
        assert answer.status_code == 200
        assert count(post, field) == expected
        assert 'class="post__actions"' in answer.content.decode()
    told = Notification.objects.filter(recipient=alice.profile, actor=bob.profile)
    assert told.filter(kind=f"feed.{act}").count() == (1 if act == "like" else 2)


def test_a_like_of_a_repost_goes_to_the_original(alice: User, bob: User) -> None:
    post = post_of(alice.profile)
    shared = reposts.repost(author=bob.profile, post_id=post.pk, now=clock.now())
    likes.like(profile=bob.profile, post_id=shared.pk, now=clock.now())
    again = reposts.repost(author=alice.profile, post_id=shared.pk, now=clock.now())
    assert again.repost_of == post
    assert Like.objects.get().post == post


def test_one_does_not_ring_for_oneself(alice: User) -> None:
    post = post_of(alice.profile, "@alice to myself")
    likes.like(profile=alice.profile, post_id=post.pk, now=clock.now())
    post_of(alice.profile, "answer", in_reply_to=post)
    assert not Notification.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_is_sent_to_log_in_and_nothing_changes(
    alice: User, client: Client, act: str
) -> None:
    post = post_of(alice.profile)
    answer = client.post(f"/posts/{post.pk}/{act}/")
    assert (answer.status_code, "/accounts/login/" in answer["Location"]) == (303, True)
    post.refresh_from_db()
    assert (post.like_count, post.repost_count, post.deleted_at) == (0, 0, None)


@pytest.mark.parametrize("act", ACTS)
def test_acts_are_posts(alice: User, client_of: ClientOf, act: str) -> None:
    post = post_of(alice.profile)
    assert client_of(alice).get(f"/posts/{post.pk}/{act}/").status_code == 405


@pytest.mark.parametrize("act", ACTS[:4])
def test_without_htmx_the_person_is_back_where_the_button_was(
    alice: User, client_of: ClientOf, act: str
) -> None:
    post = post_of(alice.profile)
    client = client_of(alice)
    here = client.post(
        f"/posts/{post.pk}/{act}/", headers={"Referer": "http://testserver/explore/"}
    )
    assert (here.status_code, here["Location"]) == (303, f"/explore/#post-{post.pk}")
    away = client.post(f"/posts/{post.pk}/{act}/", headers={"Referer": "https://evil.example/"})
    assert away["Location"] == f"/posts/{post.pk}/#post-{post.pk}"


def test_deleting_offers_the_way_back_and_it_works(alice: User, client_of: ClientOf) -> None:
    post = post_of(alice.profile, "oops")
    client = client_of(alice)
    answer = client.post(f"/posts/{post.pk}/delete/", headers=HTMX)
    assert f"/posts/{post.pk}/restore/" in answer.content.decode()
    page = client.get(f"/posts/{post.pk}/")
    assert page.status_code == 404
    assert f"/posts/{post.pk}/restore/" in page.content.decode()
    assert client.post(f"/posts/{post.pk}/restore/").status_code == 303
    assert "oops" in client.get("/").content.decode()


def test_nobody_deletes_or_restores_another_persons_post(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_of(alice.profile)
    client = client_of(mallory)
    assert client.post(f"/posts/{post.pk}/delete/").status_code == 404
    posts.delete(post_id=post.pk, actor_ids={alice.profile.pk}, now=clock.now())
    assert client.post(f"/posts/{post.pk}/restore/").status_code == 404
    assert client.get(f"/posts/{post.pk}/").status_code == 404
    post.refresh_from_db()
    assert post.deleted_at is not None


def test_who_runs_a_store_deletes_its_posts(alice: User, bob: User, client_of: ClientOf) -> None:
    store = StoreProfileFactory(verified_at=clock.now())
    memberships.add(profile=store, user=alice, role="manager", now=clock.now())
    memberships.add(profile=store, user=bob, role="packer", now=clock.now())
    post = post_of(store, "Sale!")
    assert client_of(bob).post(f"/posts/{post.pk}/delete/").status_code == 404
    assert client_of(alice).post(f"/posts/{post.pk}/delete/").status_code == 303


def test_a_post_is_reported_once_by_each_person(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_of(mallory.profile, "buy my snake oil")
    address = f"/reports/post/{post.pk}/"
    client = client_of(alice)
    assert "snake oil" in client.get(address).content.decode()
    for note in ("first", "second"):
        answer = client.post(address, {"reason": "fraud", "note": note, "next": "/explore/"})
        assert (answer.status_code, answer["Location"]) == (303, "/explore/")
    client_of(bob).post(address, {"reason": "spam"})
    found = Report.objects.order_by("pk").values_list("reporter__handle", "reason", "note")
    assert list(found) == [("alice", "fraud", "first"), ("bob", "spam", "")]


@pytest.mark.parametrize(
    "sent", [{}, {"reason": "boring"}, {"reason": "spam", "note": "n" * 501}, {"reason": "spam\0"}]
)
def test_a_bad_report_is_refused(
    alice: User, bob: User, client_of: ClientOf, sent: dict[str, str]
) -> None:
    post = post_of(bob.profile)
    assert client_of(alice).post(f"/reports/post/{post.pk}/", sent).status_code == 422
    assert not Report.objects.exists()


def test_reports_have_their_limits(
    alice: User, bob: User, client_of: ClientOf, client: Client
) -> None:
    post = post_of(alice.profile)
    assert client_of(alice).get(f"/reports/post/{post.pk}/").status_code == 422
    assert client_of(bob).get("/reports/teapot/1/").status_code == 404
    assert client_of(bob).put(f"/reports/post/{post.pk}/").status_code == 405
    assert client.post(f"/reports/post/{post.pk}/", {"reason": "spam"}).status_code == 303
    away = client_of(bob).post(
        f"/reports/post/{post.pk}/", {"reason": "spam", "next": "//evil.example"}
    )
    assert away["Location"] == "/"


def test_hiding_needs_a_reason_takes_the_counts_and_tells_the_author(
    alice: User, bob: User
) -> None:
    parent = post_of(alice.profile)
    reply = post_of(bob.profile, "rude", in_reply_to=parent)
    for nothing in ("", "  ", "r" * 201):
        with pytest.raises(moderation.NoReason):
            moderation.hide(post_id=reply.pk, reason=nothing, now=clock.now())
    for _again in range(2):
        moderation.hide(post_id=reply.pk, reason="An insult", now=clock.now())
        assert count(parent, "reply_count") == 0
    notice = Notification.objects.get(recipient=bob.profile, kind="feed.hidden")
    assert notice.data["reason"] == "An insult"
    for _again in range(2):
        moderation.show(post_id=reply.pk)
        assert count(parent, "reply_count") == 1
    with pytest.raises(NotFound):
        moderation.hide(post_id=0, reason="Why", now=clock.now())


def test_deleting_and_hiding_together_count_once(alice: User, bob: User) -> None:
    parent = post_of(alice.profile)
    reply = post_of(bob.profile, "rude", in_reply_to=parent)
    now, actors = clock.now(), {bob.profile.pk}
    moderation.hide(post_id=reply.pk, reason="An insult", now=now)
    posts.delete(post_id=reply.pk, actor_ids=actors, now=now)
    assert count(parent, "reply_count") == 0
    moderation.show(post_id=reply.pk)
    assert count(parent, "reply_count") == 0
    posts.restore(post_id=reply.pk, actor_ids=actors, now=now)
    assert count(parent, "reply_count") == 1


def test_the_author_of_a_hidden_post_reads_why(alice: User, bob: User, client_of: ClientOf) -> None:
    post = post_of(alice.profile)
    moderation.hide(post_id=post.pk, reason="Counterfeit goods", now=clock.now())
    own = client_of(alice).get(f"/posts/{post.pk}/")
    assert (own.status_code, "Counterfeit goods" in own.content.decode()) == (404, True)
    assert "Counterfeit" not in client_of(bob).get(f"/posts/{post.pk}/").content.decode()


def test_closing_one_report_closes_all_of_the_same_thing(alice: User, bob: User) -> None:
    post = post_of(bob.profile)
    other = post_of(bob.profile, "other")
    now = clock.now()
    carol = StoreProfileFactory()
    for target in (post, other):
        for reporter in (alice.profile, carol):
            reports.report(
                reporter=reporter,
                target_type="post",
                target_id=target.pk,
                reason="spam",
                note="",
                now=now,
            )
    first = Report.objects.filter(target_id=post.pk).first()
    assert first is not None
    assert reports.close(report_id=first.pk, operator=alice, now=now) == 2
    assert set(Report.objects.filter(closed_at=None).values_list("target_id", flat=True)) == {
        other.pk
    }
