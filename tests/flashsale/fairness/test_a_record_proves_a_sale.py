"""The public record and the offline script: what is untouched agrees, one changed byte does not."""

import hashlib
import json
import random
import re
from datetime import timedelta
from pathlib import Path

import pytest

from flashsale.models import Claim, Sale
from flashsale.proof import chain, verify_sale
from flashsale.services.fairness import receipts
from payments.services import wallets
from shop.services import orders
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
SEED = 20_120_921
FLIPS = 150


@pytest.fixture
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return tmp_path


def finished_draw() -> Sale:
    """Seven people, five units: whoever is drawn, some pay and some do not."""
    sale, _people = factory.entered(people=4, units=5)
    rich = sales.crowd(sale, 3, pay_from_wallet=True)
    sales.fill_wallets(rich, 10_000)
    factory.draw(sale)
    factory.end(sale)
    return sale


def finished_first_come() -> Sale:
    """Three people and two units without a window; one has paid, one was too late to."""
    sale = sales.live_sale(units=2)
    people = sales.crowd(sale, 2)
    people += sales.crowd(sale, 1, pay_from_wallet=True)
    sales.fill_wallets(people[2:], 10_000)
    factory.seal(sale)
    for person in reversed(people):
        sales.claim(sale, person)
    sales.drain(sale)
    factory.end(sale)
    return sale


def written(sale: Sale, folder: Path) -> Path:
    path = folder / "record.jsonl"
    path.write_bytes(factory.record(sale))
    return path


def named(stdout: str) -> set[int]:
    return {int(number) for number in re.findall(r" number (\d+) ", stdout)}


@pytest.mark.parametrize("make", [finished_draw, finished_first_come])
def test_untouched_it_agrees_and_names_the_winners_of_the_database(make, media: Path) -> None:
    sale = make()
    said = factory.check(written(sale, media))
    assert said.stdout.endswith("Everything agrees.\n"), said.stderr
    assert said.returncode == 0
    assert named(said.stdout) == factory.winners(sale) != set()
    assert sale.proved_at is not None
    assert (media / "media" / "records" / f"sale-{sale.pk}.jsonl").exists()


@pytest.mark.parametrize("make", [finished_draw, finished_first_come])
def test_any_changed_byte_is_found_and_its_line_named(make, media: Path) -> None:
    path = written(make(), media)
    whole = path.read_bytes()
    chance = random.Random(SEED)
    places = {0, len(whole) - 1, *(chance.randrange(len(whole)) for _n in range(FLIPS))}
    for place in sorted(places):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        line = whole.count(b"\n", 0, place) + 1
        with pytest.raises(SystemExit) as stopped:
            verify_sale.main(str(path))
        assert f"line {line}:" in str(stopped.value), f"seed {SEED}, byte {place}"


def forged(path: Path, change) -> str:
    """What the script says to a record that was changed and whose running hash was made anew."""
    running, lines = hashlib.sha256(), []
    parts = [json.loads(line) for line in path.read_bytes().splitlines()]
    for part in change(parts):
        part.pop("check", None)
        body = json.dumps(part, separators=(",", ":"))[:-1]
        running.update(body.encode())
        lines.append(f'{body},"check":"{running.hexdigest()[:16]}"}}\n')
    path.write_text("".join(lines))
    said = factory.check(path)
    assert said.returncode == 1, said.stdout
    return said.stderr


def test_a_forger_who_makes_the_hashes_anew_is_found_all_the_same(media: Path) -> None:
    path = written(finished_draw(), media)
    whole = path.read_bytes()

    def heavier(parts, weight="2"):
        entry = next(part for part in parts if part["part"] == "entry")
        entry["line"] = f"{entry['line'].rpartition(',')[0]},{weight}"
        return parts

    def heavier_than_anybody_may_be(parts):
        return heavier(parts, "5")

    def lighter_than_air(parts):
        return heavier(parts, "0")

    def other_secret(parts):
        next(part for part in parts if part["part"] == "secret")["value"] = "00" * 32
        return parts

    def dropped_decision(parts):
        first = next(part for part in parts if part["part"] == "decision")
        return [part for part in parts if part is not first]

    def stolen_unit(parts):
        unit = next(part for part in parts if part["part"] == "unit" and part["state"] == "paid")
        unit["state"], unit["went"] = "returned", []
        return parts

    def broken_off(parts):
        return parts[:-1]

    expected = {
        heavier: "another root",
        heavier_than_anybody_may_be: "weighs 5 of 4",
        lighter_than_air: "weighs 0 of 4",
        other_secret: "not as committed",
        dropped_decision: "chain breaks",
        stolen_unit: "not accounted",
        broken_off: "breaks off",
    }
    for change, words in expected.items():
        path.write_bytes(whole)
        assert words in forged(path, change)


def test_a_weight_where_nothing_weighs_is_found(media: Path) -> None:
    path = written(finished_first_come(), media)

    def heavier(parts):
        entry = next(part for part in parts if part["part"] == "entry")
        entry["line"] = f"{entry['line'].rpartition(',')[0]},2"
        return parts

    assert "weighs 2 of 1" in forged(path, heavier)


def test_a_winner_put_before_his_rank_is_found_though_the_chain_was_made_anew(media: Path) -> None:
    path = written(finished_draw(), media)

    def swapped(parts):
        log = [part for part in parts if part["part"] == "decision"]
        asked = {int(part["line"].split(",")[1]) for part in log}
        numbers = [int(p["line"].split(",")[0]) for p in parts if p["part"] == "entry"]
        outsider = next(number for number in numbers if number not in asked)
        head = ""
        for place, part in enumerate(log):
            fields = part["line"].split(",")
            fields[1] = str(outsider) if place == 0 else fields[1]
            values = [int(field) for field in fields[:6]]
            line = chain.Line(*values, fields[6], int(fields[7]))
            part["line"], head = str(line), chain.link(head, line)
            part["hash"] = head
        return parts

    assert "passed over" in forged(path, swapped)


def test_before_the_end_it_holds_what_was_promised_and_nothing_secret(media: Path) -> None:
    sale, _people = factory.entered(people=3)
    early = factory.record(sale).decode()
    secret = sale.secrets.get()
    assert secret.commitment in early
    assert secret.value not in early
    assert '"entry"' not in early
    assert factory.check(written(sale, media)).returncode == 0
    factory.seal(sale)
    sealed = factory.record(sale).decode()
    assert sealed.count('"entry"') == 3
    assert secret.value not in sealed
    assert factory.check(written(sale, media)).returncode == 0
    factory.draw(sale) if not sale.allocated_at else None
    assert secret.value in factory.record(sale).decode()


def test_a_receipt_leads_to_the_root_and_to_the_log(media: Path) -> None:
    sale = finished_draw()
    record = written(sale, media)
    for claim in Claim.objects.filter(sale=sale).select_related("person"):
        path = media / "receipt.json"
        mine = receipts.of_person(sale_id=sale.pk, person=claim.person)
        path.write_text(json.dumps(mine))
        assert factory.check(record, path).returncode == 0
        mine["line"] = mine["line"].replace(",1", ",2")
        path.write_text(json.dumps(mine))
        assert "another root" in factory.check(record, path).stderr


def test_a_receipt_of_a_large_list_needs_one_block_of_it(
    media: Path, monkeypatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr("flashsale.proof.merkle.BLOCK", 4)
    sale, people = factory.entered(people=23)
    factory.seal(sale)
    record = written(sale, media)
    for profile in factory.profiles([people[0], people[9], people[22]]):
        with django_assert_max_num_queries(6):
            mine = receipts.of_person(sale_id=sale.pk, person=profile)
        path = media / "receipt.json"
        path.write_text(json.dumps(mine))
        assert factory.check(record, path).returncode == 0


def test_a_unit_that_went_back_and_to_somebody_else_shows_both(media: Path) -> None:
    sale = sales.live_sale(units=1)
    first, second = sales.crowd(sale, 2)
    factory.seal(sale)
    sales.claim(sale, first)
    sales.drain(sale)
    order = Claim.objects.get(person=first.profile_id).order
    assert order is not None
    orders.cancel(order_id=order.pk, reason="changed my mind", now=clock.now())
    sales.claim(sale, second)
    Sale.objects.filter(pk=sale.pk).update(sold_out_at=None)
    sale.units.update(state="free")
    sales.reopen_gate(sale)
    sales.claim(sale, second)
    sales.drain(sale)
    factory.end(sale)
    units = [json.loads(line) for line in factory.record(sale).splitlines() if b'"unit"' in line]
    assert units[0]["state"] == "returned"
    assert [end for _number, end in units[0]["went"]] == ["expired", "expired"]
    assert factory.check(written(sale, media)).returncode == 0
    assert wallets.balance(profile_id=first.profile_id).available_minor == 0


def test_the_published_file_is_what_stays_when_rows_move_on(media: Path) -> None:
    sale = finished_draw()
    before = factory.record(sale)
    Sale.objects.filter(pk=sale.pk).update(title="Something else")
    assert factory.record(sale) == before
    assert sale.ends_at < clock.now() + timedelta(seconds=1)
