"""Writing a post, over the service and over the page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Notification, User
from accounts.services import blocks, memberships
from feed import text as texts
from feed.models import Mention, Post, PostKind, TopicTag
from feed.services import posts
from feed.services.posts import EmptyPost, KeyReused, TooLate
from socialcommerce.lib import clock, limits
from socialcommerce.lib.problems import NotFound
from tests.factories.accounts import StoreProfileFactory
from tests.factories.feed import post_of

ClientOf = Callable[[User], Client]
COMPOSE = "/compose/"


def test_a_post_stands_with_its_topics_and_mentions(alice: User, bob: User) -> None:
    post = post_of(alice.profile, "Hello @BOB and @nobody_here #Plaza #plaza #日本語")
    assert post.kind == PostKind.POST
    assert set(TopicTag.objects.values_list("tag", flat=True)) == {"plaza", "日本語"}
    assert [mention.profile for mention in Mention.objects.all()] == [bob.profile]
    alice.profile.refresh_from_db()
    assert alice.profile.post_count == 1
    notice = Notification.objects.get(recipient=bob.profile)
    assert (notice.kind, notice.url) == ("feed.mention", f"/posts/{post.pk}/")


def test_the_same_key_publishes_once(alice: User) -> None:
    first = post_of(alice.profile, "Once", idempotency_key="k1")
    again = post_of(alice.profile, "Once", idempotency_key="k1")
    assert first == again
    assert Post.objects.count() == 1
    alice.profile.refresh_from_db()
    assert alice.profile.post_count == 1


def test_the_same_key_with_other_words_is_refused(alice: User) -> None:
    post_of(alice.profile, "Once", idempotency_key="k1")
    with pytest.raises(KeyReused):
        post_of(alice.profile, "Twice", idempotency_key="k1")


def test_the_same_key_of_two_people_is_two_posts(alice: User, bob: User) -> None:
    post_of(alice.profile, "Mine", idempotency_key="k1")
    post_of(bob.profile, "Mine", idempotency_key="k1")
    assert Post.objects.count() == 2


@pytest.mark.parametrize("nothing", ["", "   \n ", "\u200b\u200d", "\u3164", "\u202e"])
def test_a_post_that_shows_nothing_is_refused(alice: User, nothing: str) -> None:
    with pytest.raises(EmptyPost):
        post_of(alice.profile, nothing)
    assert not Post.objects.exists()


def test_280_characters_fit_and_281_do_not(alice: User) -> None:
    post_of(alice.profile, "a" * 280)
    post_of(alice.profile, "語" * 140)
    for too_long in ("a" * 281, "語" * 141):
        with pytest.raises(texts.TooLong):
            post_of(alice.profile, too_long)


def test_ten_topics_fit_and_eleven_do_not(alice: User) -> None:
    post_of(alice.profile, " ".join(f"#t{n}" for n in range(10)))
    with pytest.raises(texts.BadText):
        post_of(alice.profile, " ".join(f"#t{n}" for n in range(11)))


def test_a_reply_counts_and_tells_whom_it_answers_once(alice: User, bob: User) -> None:
    post = post_of(alice.profile)
    reply = post_of(bob.profile, "@alice yes", in_reply_to=post)
    deeper = post_of(alice.profile, "good", in_reply_to=reply)
    post.refresh_from_db()
    assert post.reply_count == 1
    assert (reply.root_id, deeper.root_id) == (post.pk, post.pk)
    kinds = Notification.objects.filter(recipient=alice.profile).values_list("kind", flat=True)
    assert list(kinds) == ["feed.reply"]


def test_nobody_answers_or_names_somebody_who_blocked_them(alice: User, mallory: User) -> None:
    post = post_of(alice.profile)
    blocks.block(blocker=alice.profile, blocked=mallory.profile, now=clock.now())
    with pytest.raises(NotFound):
        post_of(mallory.profile, "listen to me", in_reply_to=post)
    post_of(mallory.profile, "@alice listen to me")
    assert not Mention.objects.exists()
    assert not Notification.objects.filter(recipient=alice.profile).exists()


def test_a_fast_machine_is_slowed_down(alice: User) -> None:
    for number in range(posts.PUBLISH_LIMIT):
        post_of(alice.profile, f"post {number}")
    with pytest.raises(limits.TooMany):
        post_of(alice.profile, "one more")


def test_deleting_takes_the_counts_and_undo_gives_them_back(alice: User, bob: User) -> None:
    post = post_of(alice.profile)
    reply = post_of(bob.profile, "yes", in_reply_to=post)
    now = clock.now()
    for _again in range(2):
        posts.delete(post_id=reply.pk, actor_ids={bob.profile.pk}, now=now)
        post.refresh_from_db()
        bob.profile.refresh_from_db()
        assert (post.reply_count, bob.profile.post_count) == (0, 0)
    for _again in range(2):
        posts.restore(post_id=reply.pk, actor_ids={bob.profile.pk}, now=now)
        post.refresh_from_db()
        bob.profile.refresh_from_db()
        assert (post.reply_count, bob.profile.post_count) == (1, 1)


def test_undo_has_an_end(alice: User) -> None:
    post = post_of(alice.profile)
    now = clock.now()
    posts.delete(post_id=post.pk, actor_ids={alice.profile.pk}, now=now)
    late = now + timedelta(seconds=posts.UNDO_SECONDS + 1)
    with pytest.raises(TooLate):
        posts.restore(post_id=post.pk, actor_ids={alice.profile.pk}, now=late)
    post.refresh_from_db()
    assert post.deleted_at == now


def test_the_database_refuses_posts_without_a_shape(alice: User) -> None:
    post = post_of(alice.profile)
    wrong = [
        {"kind": PostKind.REPLY},
        {"kind": PostKind.REPOST, "repost_of": post, "text": "words"},
        {"kind": PostKind.POST, "card_type": "checkout"},
        {"kind": PostKind.POST, "card_id": 5},
        {"kind": PostKind.POST, "in_reply_to": post, "root": post},
        {"kind": "other"},
        {"kind": PostKind.POST, "text": "x" * 4_001},
        {"kind": PostKind.POST, "hidden_at": clock.now()},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(author=alice.profile, created_at=clock.now(), **fields)


def test_the_page_publishes_and_goes_home(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).post(COMPOSE, {"text": "From the page", "key": "abc"})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert Post.objects.get().text == "From the page"


def test_the_form_sent_twice_is_one_post(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    for _tap in range(2):
        client.post(COMPOSE, {"text": "Double tap", "key": "abc"})
    assert Post.objects.count() == 1


def test_htmx_gets_the_post_and_a_fresh_composer(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).post(
        COMPOSE, {"text": "In place", "key": "abc"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="post-{Post.objects.get().pk}"' in page
    assert 'hx-swap-oob="true"' in page
    assert 'value="abc"' not in page


def test_a_refused_post_keeps_its_words_on_the_page(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).post(COMPOSE, {"text": "b" * 281, "key": "abc"})
    assert answer.status_code == 422
    assert "b" * 281 in answer.content.decode()
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "x"},
        {"text": "x", "key": "bad key!"},
        {"text": "x", "key": "k", "in_reply_to": "-1"},
        {"text": "x", "key": "k", "in_reply_to": "9" * 40},
        {"text": "x", "key": "k", "author": "999999"},
        {"text": "x", "key": "k", "card": "nothing:1"},
        {"text": "x", "key": "k", "card": "../../etc"},
        {"text": "nul \0 byte", "key": "k"},
        {"text": "x" * 5_000, "key": "k"},
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_bad_input_is_refused_kindly(
    alice: User, client_of: ClientOf, sent: dict[str, str], headers: dict[str, str]
) -> None:
    answer = client_of(alice).post(COMPOSE, sent, headers=headers)
    assert answer.status_code == 422
    assert not Post.objects.exists()


def test_an_answer_to_nothing_is_not_found(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).post(COMPOSE, {"text": "x", "key": "k", "in_reply_to": "987654"})
    assert answer.status_code == 404
    assert not Post.objects.exists()


def test_a_manager_posts_as_the_store_and_a_packer_does_not(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    store = StoreProfileFactory(verified_at=clock.now())
    now = clock.now()
    memberships.add(profile=store, user=alice, role="manager", now=now)
    memberships.add(profile=store, user=bob, role="packer", now=now)
    sent = {"text": "We are open", "key": "k", "author": str(store.pk)}
    assert client_of(bob).post(COMPOSE, sent).status_code == 422
    assert client_of(alice).post(COMPOSE, sent).status_code == 303
    assert Post.objects.get().author == store


def test_a_stranger_is_asked_to_log_in(client: Client, db: None) -> None:
    for answer in (client.get(COMPOSE), client.post(COMPOSE, {"text": "x", "key": "k"})):
        assert answer.status_code in (302, 303)
        assert "/accounts/login/" in answer["Location"]
    assert not Post.objects.exists()


def test_the_compose_page_takes_no_other_method(alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).put(COMPOSE).status_code == 405
    assert client_of(alice).post("/compose/cards/").status_code == 405
