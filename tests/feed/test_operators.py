"""Posts and reports on the operator site."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from feed.models import Post, Report
from feed.services import reports
from socialcommerce.lib import clock
from tests.factories.feed import post_of

ClientOf = Callable[[User], Client]
POSTS, REPORTS = "/operator/feed/post/", "/operator/feed/report/"


@pytest.fixture
def operator(alice: User) -> User:
    alice.is_operator = True
    alice.save()
    return alice


@pytest.fixture
def reported(operator: User, bob: User, mallory: User) -> Report:
    post = post_of(mallory.profile, "<script>snake oil</script>")
    return reports.report(
        reporter=bob.profile,
        target_type="post",
        target_id=post.pk,
        reason="fraud",
        note="It is water",
        now=clock.now(),
    )


def test_an_operator_sees_reports_and_what_waits(
    operator: User, reported: Report, client_of: ClientOf
) -> None:
    client = client_of(operator)
    for address in (
        POSTS,
        REPORTS,
        f"{POSTS}{reported.target_id}/change/",
        f"{REPORTS}{reported.pk}/change/",
    ):
        page = client.get(address).content.decode()
        assert "snake oil" in page, address
        assert "<script>snake" not in page
    assert "Reports to look at" in client.get("/operator/").content.decode()


def test_hiding_what_is_reported_asks_why_and_closes(
    operator: User, reported: Report, client_of: ClientOf
) -> None:
    client = client_of(operator)
    chosen = {"action": "hide_target", "_selected_action": [reported.pk]}
    asked = client.post(REPORTS, chosen)
    assert (asked.status_code, 'name="reason"' in asked.content.decode()) == (200, True)
    assert Post.objects.get(pk=reported.target_id).is_live
    assert client.post(REPORTS, {**chosen, "reason": ""}).status_code == 200
    assert Post.objects.get(pk=reported.target_id).is_live
    assert client.post(REPORTS, {**chosen, "reason": "Not what it says"}).status_code == 302
    post = Post.objects.get(pk=reported.target_id)
    assert post.hidden_reason == "Not what it says"
    reported.refresh_from_db()
    assert reported.closed_by == operator


def test_leaving_it_closes_the_report_alone(
    operator: User, reported: Report, client_of: ClientOf
) -> None:
    client_of(operator).post(REPORTS, {"action": "leave", "_selected_action": [reported.pk]})
    reported.refresh_from_db()
    assert reported.closed_at is not None
    assert Post.objects.get(pk=reported.target_id).is_live


def test_a_post_is_hidden_and_shown_again(
    operator: User, reported: Report, client_of: ClientOf
) -> None:
    client = client_of(operator)
    chosen = {"_selected_action": [reported.target_id]}
    client.post(POSTS, {**chosen, "action": "hide", "reason": "Spam"})
    assert not Post.objects.get(pk=reported.target_id).is_live
    client.post(POSTS, {**chosen, "action": "show"})
    assert Post.objects.get(pk=reported.target_id).is_live


def test_nobody_edits_adds_or_deletes_words_of_others(
    operator: User, reported: Report, client_of: ClientOf
) -> None:
    client = client_of(operator)
    assert client.get(f"{POSTS}add/").status_code == 403
    assert client.post(f"{POSTS}{reported.target_id}/change/", {"text": "x"}).status_code == 403
    assert client.post(f"{POSTS}{reported.target_id}/delete/").status_code == 403
    assert Post.objects.get(pk=reported.target_id).text == "<script>snake oil</script>"


def test_others_do_not_come_in(
    bob: User, reported: Report, client_of: ClientOf, client: Client
) -> None:
    chosen = {"action": "hide", "_selected_action": [reported.target_id], "reason": "Because"}
    for visitor in (client_of(bob), client):
        assert visitor.get(POSTS).status_code in (302, 403)
        assert visitor.post(POSTS, chosen).status_code in (302, 403)
    assert Post.objects.get(pk=reported.target_id).is_live
