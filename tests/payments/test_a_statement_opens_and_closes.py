"""What a wallet had at any moment, and a period that adds up from its opening to its closing."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Profile, User
from payments import selectors
from payments.models import AccountKind
from payments.services import chart, clearing, history, ledger
from socialcommerce.lib import sheets
from tests.factories.payments import available, give_money, pay, site_account, wallet_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def mover(alice: User, bob: User) -> Profile:
    """Alice: 5000 in on the first, 1200 out on the second, 300 out on the third."""
    for day, act in enumerate(
        (
            lambda: give_money(alice.profile, 5_000),
            lambda: pay(alice.profile, bob.profile, 1_200, reference="=SUM(A1)"),
            lambda: pay(alice.profile, bob.profile, 300),
        )
    ):
        with time_machine.travel(FIRST + timedelta(days=day), tick=False):
            act()
    return alice.profile


@pytest.mark.parametrize(
    ("days", "minor"), [(-1, 0), (0, 0), (0.5, 5_000), (1, 5_000), (1.5, 3_800), (9, 3_500)]
)
def test_the_balance_of_any_moment_is_what_stood_just_before_it(
    days: float, minor: int, mover: Profile
) -> None:
    wallet = wallet_of(mover)
    assert history.balance_at(wallet.pk, FIRST + timedelta(days=days)) == minor


def test_accruals_that_wait_count_like_the_rest(mover: Profile, bob: User) -> None:
    escrow = chart.escrow(bob.profile.pk, "USD")
    assert history.balance_at(escrow.pk, FIRST + timedelta(days=1.5)) == 1_200


def test_a_period_goes_from_what_was_to_what_is(mover: Profile) -> None:
    wallet = wallet_of(mover)
    since, until = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
    assert history.ends(wallet.pk, since=since, until=until) == (5_000, 3_800)
    assert history.ends(wallet.pk, since=None, until=None) == (0, available(mover))


def test_the_page_shows_both_ends(mover: Profile, client_of: ClientOf, alice: User) -> None:
    url = reverse("payments:statement")
    page = client_of(alice).get(url, {"since": "2026-03-02", "until": "2026-03-02"})
    html = page.content.decode()
    assert "Opening balance" in html
    for amount in ("$50.00", "$38.00", "-$12.00"):
        assert amount in html
    assert "$35.00" not in html
    assert page.context["csv_url"].endswith("statement.csv?since=2026-03-02&until=2026-03-02")


def rows_of(browser: Client, **period: str) -> list[list[str]]:
    answer = browser.get(reverse("payments:statement_csv"), period)
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="statement.csv"'
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]
    return list(csv.reader(StringIO(text)))


def test_the_file_adds_up_line_by_line(mover: Profile, client_of: ClientOf, alice: User) -> None:
    header, opening, *lines, closing = rows_of(client_of(alice), since="2026-03-02")
    assert header[:3] == ["Time", "What", "With"]
    assert (opening[1], opening[5]) == ("Opening balance", "50.00")
    assert [(line[4], line[5]) for line in lines] == [("-12.00", "38.00"), ("-3.00", "35.00")]
    assert (closing[1], closing[5]) == ("Closing balance", "35.00")


def test_no_cell_of_the_file_is_a_formula(
    mover: Profile, client_of: ClientOf, alice: User, bob: User
) -> None:
    Profile.objects.filter(pk=bob.profile.pk).update(name="@evil")
    line = rows_of(client_of(alice), since="2026-03-02")[2]
    assert (line[2], line[3]) == ("'@evil", "'=SUM(A1)")


def test_a_long_statement_is_read_in_batches(
    alice: User,
    bob: User,
    monkeypatch: pytest.MonkeyPatch,
    client_of: ClientOf,
) -> None:
    monkeypatch.setattr(history, "ROWS_AT_ONCE", 4)
    give_money(alice.profile, 100)
    for _payment in range(10):
        pay(alice.profile, bob.profile, 1)
    lines = rows_of(client_of(alice))
    assert len(lines) == 14
    assert lines[-1][5] == "0.90"


def test_a_period_that_is_none_is_refused(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).get(reverse("payments:statement_csv"), {"since": "soon"})
    assert answer.status_code == 422


def test_the_file_of_somebody_new_is_empty(alice: User, client_of: ClientOf) -> None:
    assert [row[5] for row in rows_of(client_of(alice))] == ["Balance", "0.00", "0.00"]


def test_cells_are_defused_and_lines_follow_the_standard() -> None:
    assert list(sheets.lines([["a,b", 'say "x"'], [sheets.safe("=1")]])) == [
        '"a,b","say ""x"""\r\n',
        "'=1\r\n",
    ]


def test_programs_ask_for_a_moment_and_for_a_period(
    mover: Profile, client_of: ClientOf, alice: User
) -> None:
    browser = client_of(alice)
    said = browser.get("/api/v1/wallet/balance", {"at": "2026-03-02T00:00:00Z"}).json()
    assert (said["posted_minor"], said["currency"]) == (5_000, "USD")
    period = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    (line,) = browser.get("/api/v1/wallet/statement", period).json()["results"]
    assert line["amount_minor"] == -1_200
    assert browser.get("/api/v1/wallet/balance").status_code == 400
    assert browser.get("/api/v1/wallet/balance", {"at": "yesterday"}).status_code == 400
    assert browser.get("/api/v1/wallet/statement", {"since": "0"}).status_code == 400


def test_a_clearing_account_says_how_old_its_oldest_money_is(alice: User) -> None:
    clearing_id, wallet_id = chart.clearing("USD").pk, wallet_of(alice.profile).pk
    moves = [(0, clearing_id, wallet_id, 100), (3, clearing_id, wallet_id, 50)]
    moves += [(5, wallet_id, clearing_id, 100)]  # the first hundred has gone back
    for day, source, goal, minor in moves:
        leg = ledger.Leg(source, goal, minor)
        at = FIRST + timedelta(days=day)
        ledger.post(kind="t", scope="t", key=str(day), legs=[leg], now=at)
    (standing,) = clearing.standings()
    assert (standing.owner, standing.balance_minor) == ("stripe", -50)
    assert standing.oldest_at == FIRST + timedelta(days=3)


def test_a_clearing_account_at_zero_has_no_age(alice: User) -> None:
    site_account(AccountKind.CLEARING)
    assert [(one.balance_minor, one.oldest_at) for one in clearing.standings()] == [(0, None)]


def test_the_statement_costs_the_same_for_one_row_and_a_hundred(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    give_money(alice.profile, 500)
    pay(alice.profile, bob.profile, 1)
    for _time in range(2):
        with django_assert_num_queries(4):
            selectors.statement(alice.profile, cursor=None, size=100)
        for _more in range(100):
            pay(alice.profile, bob.profile, 1)
