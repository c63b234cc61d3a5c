"""Hundreds of thousands of people with addresses and money, made by the database itself."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from accounts.models import Address, Profile
from benchmarks import load, tellers
from benchmarks.sales import Stage
from flashsale import tokens
from flashsale.models import Lot, Reservation, Sale
from flashsale.tokens import SaleToken
from payments.services import chart

SQL: Final = Path(__file__).parent / "sql"
MONEY_MINOR: Final = 1_000_000  # for every sale of a run, and small enough to add up exactly
CHUNK: Final = 10_000


def gather(count: int, *, now: datetime) -> None:
    """There are at least `count` people of the crowd, each with an address."""
    there = Profile.objects.filter(handle__startswith="v_").count()
    if there < count:
        _run("people", first=there + 1, last=count, now=now)
        _settle("accounts_user", "accounts_profile", "accounts_address")


def fill_wallets(count: int, *, one_in: int = 1, now: datetime) -> None:
    """Those `count` of the crowd have money who come by `write_claims`; the books prove."""
    with transaction.atomic():
        currency = settings.SITE_CURRENCY
        equity = chart.equity(currency).pk
        _run(
            "wallets",
            people=count,
            one_in=one_in,
            amount=MONEY_MINOR,
            currency=currency,
            equity=equity,
            now=now,
        )
    _settle("payments_account", "payments_ledgertransaction", "payments_transfer")


def pay_what_was_moved(name: str) -> None:
    """What tellers have moved into escrows under keys that begin with `name` was a payment."""
    _run("payments", scope=tellers.SCOPE, prefix=name)


def reserve(stage: Stage, count: int, *, pays: bool, now: datetime) -> None:
    """The first `count` of the crowd have reserved, as if all had come through the gate."""
    with transaction.atomic():
        _run("reservations", sale=stage.sale_id, lot=stage.lot_id, people=count, pays=pays, now=now)
        Sale.objects.filter(pk=stage.sale_id).update(reserved=count)
    _settle("flashsale_reservation")


def fill_the_site(stage: Stage, *, now: datetime) -> None:
    """Everybody of the crowd has written a post and placed an order with the sale's store."""
    variant = Lot.objects.select_related("variant__product").get(pk=stage.lot_id).variant
    _run("posts", now=now)
    _run(
        "orders",
        store=variant.product.store_id,
        variant=variant.pk,
        currency=settings.SITE_CURRENCY,
        now=now,
    )
    _settle("feed_post", "shop_order", "shop_orderline")


def write_wishes(file: Path, stage: Stage, count: int, *, one_in: int = 1) -> Path:
    """Lines of people who reserve, with the token that their sale page carries.

    They are the first `count`, or of every `one_in` the last: spread over the whole crowd.
    """
    homes = Address.objects.filter(profile__handle__startswith="v_").order_by("profile_id")
    if one_in > 1:  # else the filter would only mislead the planner
        homes = homes.annotate(rest=F("profile_id") % one_in).filter(rest=0)
    rows = homes.values_list("profile_id", "pk")[:count].iterator(chunk_size=CHUNK)
    return load.write_people(file, (_wish(stage, *row) for row in rows))


def write_claims(file: Path, stage: Stage, count: int, *, one_in: int = 1) -> Path:
    """Lines of people who claim, by the number of their reservation; who, as in `write_wishes`."""
    standing = Reservation.objects.filter(sale_id=stage.sale_id).order_by("number")
    if one_in > 1:
        standing = standing.annotate(rest=F("number") % one_in).filter(rest=0)
    rows = standing.values_list("person_id", "number")[:count].iterator(chunk_size=CHUNK)
    return load.write_people(file, (_claim(stage, *row) for row in rows))


def write_lookers(file: Path, stage: Stage, count: int) -> Path:
    """Lines of people who only look where they stand."""
    lines = (_wish(stage, profile_id, 0) for profile_id, _user_id in people(count))
    return load.write_people(file, ((key, header, "") for key, header, _form in lines))


def _wish(stage: Stage, profile_id: int, address_id: int) -> tuple[int, str, str]:
    token = tokens.issue(SaleToken(stage.sale_id, profile_id, 0, 0, stage.slots))
    form = {"token": token, "lot": stage.lot_id, "address": address_id, "pay_from_wallet": "on"}
    return profile_id, f"Sale-Token: {token}", urlencode(form)


def _claim(stage: Stage, profile_id: int, number: int) -> tuple[int, str, str]:
    token = tokens.issue(SaleToken(stage.sale_id, profile_id, number, stage.lot_id, stage.slots))
    return profile_id, f"Sale-Token: {token}", urlencode({"token": token})


def people(count: int) -> Iterator[tuple[int, int]]:
    """(profile id, user id) of the first `count` of the crowd."""
    rows = Profile.objects.filter(handle__startswith="v_").order_by("pk")
    for profile_id, user_id in rows.values_list("pk", "user_id")[:count].iterator(CHUNK):
        assert user_id is not None
        yield profile_id, user_id


def _run(name: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(), values)


def _settle(*tables: str) -> None:
    """As a site has it whose rows have come in over hours: else a million new ones would be
    planned for as if there were none, and vacuumed in the middle of what is measured.
    """
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
