"""Recompute a flash sale from its public record: offline, with Python 3.9 or newer alone.

    python verify_sale.py record.jsonl [receipt.json]

Prints who has which unit. Exit status 1: something does not agree; the last line says where.
"""

# ruff: noqa: B905, FBT001, T201
# fmt: off
import json
import sys
from collections import Counter, defaultdict, namedtuple
from hashlib import sha256
from pathlib import Path
from typing import Any

Entry = namedtuple("Entry", "leaf who lot weight")
Decision = namedtuple("Decision", "number slot wave lot us state unit line")
Parts = dict[str, list[tuple[int, Any]]]

def demand(holds: object, what: str) -> None:
    if not holds:
        sys.exit(f"WRONG: {what}")

def read(path: str) -> Parts:
    """The record's parts by their kind; each line ends with digits of a running hash."""
    parts, running, last = defaultdict(list), sha256(), ""
    for line, text in enumerate(Path(path).read_bytes().splitlines(keepends=True), 1):
        body, _, check = text.rpartition(b',"check":"')
        running.update(body)
        right = check == running.hexdigest()[:16].encode() + b'"}\n' and last != "end"
        demand(right, f"line {line}: changed since it was published")
        part = json.loads(body + b"}")
        parts[last := part["part"]].append((line, part))
    return parts if last == "end" else sys.exit("WRONG: the record breaks off")

def people_and_log(parts: Parts) -> tuple[dict[int, Any], list[Any]]:
    entries, log, head, rules = dict[int, Any](), list[Any](), "", parts["rules"][0][1]
    most = 1 + (rules["pass_weight"] + rules["turn_cap"] if rules["kind"] == "draw" else 0)
    for line, part in parts["entry"]:
        number, who, lot, weight = part["line"].split(",")
        demand(int(number) not in entries, f"line {line}: number {number} stands twice")
        demand(1 <= int(weight) <= most, f"line {line}: number {number} weighs {weight} of {most}")
        leaf = sha256(b"\0" + part["line"].encode()).digest()
        entries[int(number)] = Entry(leaf, who, int(lot), int(weight))
    for line, part in parts["decision"]:
        head = sha256(f"{head}\n{part['line']}".encode()).hexdigest()
        count, number, slot, wave, lot, us, state, unit = part["line"].split(",")
        demand((head, int(count)) == (part["hash"], len(log) + 1), f"line {line}: the chain breaks")
        one = Decision._make([*map(int, (number, slot, wave, lot, us)), state, int(unit), line])
        demand(one.number in entries, f"line {line}: nobody has reserved as number {number}")
        log.append(one)
    demand(len(log) == parts["end"][0][1]["decisions"], "the log is not complete")
    return entries, log

def seed_of(parts: Parts, entries: dict[int, Any]) -> bytes:
    """The seed, recomputed from the root of all entries and the secrets; empty without one."""
    level = [entry.leaf for entry in entries.values()] or [sha256().digest()]
    while len(level) > 1:
        pairs = [sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2])]
        level = pairs + level[len(pairs) * 2:]
    for line, sealed in parts["sealed"]:
        right = (level[0].hex(), len(entries)) == (sealed["root"], sealed["count"])
        demand(right, f"line {line}: the entries have another root")
    promised = {party["name"]: party["commitment"] for _, party in parts["party"]}
    digest, names = sha256(b"plaza seed 1\n"), [secret["name"] for _, secret in parts["secret"]]
    for line, secret in parts["secret"]:
        share = sha256(bytes.fromhex(secret["value"]))
        demand(share.hexdigest() == promised.get(secret["name"]), f"line {line}: not as committed")
        digest.update(share.digest())
    digest.update(level[0])
    for line, part in parts["seed"]:
        right = (list(promised), part["seed"]) == (names, digest.hexdigest())
        demand(right, f"line {line}: the secrets give another seed")
    return digest.digest() if parts["seed"] else b""

def place(seed: bytes, entry: Any, slot: int, weight: int) -> bytes:
    """The lowest of `weight` draws. Whoever has the lowest of all comes first."""
    start = seed + entry.leaf + slot.to_bytes(2, "big")
    return min(sha256(start + n.to_bytes(2, "big")).digest() for n in range(weight))

def check_draw(order: list[int], units: int, log: list[Any], is_decided: bool) -> None:
    """Whoever was asked are the first in the order, and units went to them in it."""
    asked, before, won = {one.number: one for one in log}, 0, 0
    for number in order[:len(asked)]:
        demand(number in asked, f"number {number} was passed over in the draw")
        if (one := asked[number]).state == "held":
            demand(one.line > before, f"line {one.line}: drawn too late")
            before, won = one.line, won + (one.wave == 0)
    fair = won == units or (won < units and len(asked) == len(order)) or not is_decided
    demand(fair, f"{won} of {units} units were drawn")

def check_order(parts: Parts, entries: dict[int, Any], log: list[Any], seed: bytes) -> None:
    rules, end = parts["rules"][0][1], parts["end"][0][1]
    window = range(rules["starts_us"], rules["starts_us"] + rules["window_us"])
    for _, lot in parts["lot"]:
        mine = [one for one in log if one.lot == lot["lot"] and one.wave != 9]  # 9: waiting list
        if rules["kind"] == "draw":
            order = [number for number, entry in entries.items() if entry.lot == lot["lot"]]
            order.sort(key=lambda number: place(seed, entries[number], 1, entries[number].weight))
            check_draw(order, lot["pledged"], mine, end["decided"])
        mine = [one for one in mine if one.wave == 0 and one.us in window]  # a draw has none
        mine.sort(key=lambda one: place(seed, entries[one.number], one.slot, 1))
        for rank, one in enumerate(mine, 1):
            right = one.state in ("held" if rank <= lot["pledged"] else "no_stock", "refused")
            demand(right, f"line {one.line}: {one.state}, at rank {rank} of the window")

def check_units(parts: Parts, entries: dict[int, Any], log: list[Any]) -> None:
    """Each unit, and each decision that gave one, is accounted for; who has which is printed."""
    units = Counter({lot["lot"]: lot["pledged"] for _, lot in parts["lot"]})
    units = sum((Counter({one["lot"]: one["by"]}) for _, one in parts["raised"]), units)
    given, count, has = [], Counter[int](), Counter[int]()
    for line, unit in parts["unit"]:
        went = [(log[number - 1], end) for number, end in unit["went"]]
        given += [one.line for one, _ in went if one.unit == unit["unit"]]
        owners = [one for one, end in went if end in ("held", "paid")]
        count[unit["lot"]] += 1
        has.update(one.number for one in owners)
        right = all((one.lot, one.state) == (unit["lot"], "held") for one, _ in went)
        right &= len(owners) == (unit["state"] in ("held", "paid"))
        right &= all(has[one.number] <= parts["rules"][0][1]["slots"] for one in owners)
        demand(right and unit["unit"] == count[unit["lot"]], f"line {line}: not as the log has it")
        who = "".join(f" number {one.number} {entries[one.number].who}" for one in owners)
        print(f"lot {unit['lot']} unit {unit['unit']} {unit['state']}{who}")
    held = [one.line for one in log if one.state == "held"]
    demand((count, sorted(given)) == (units, held), "a unit or a decision is not accounted for")

def check_receipt(parts: Parts, path: str) -> None:
    mine = json.loads(Path(path).read_bytes())
    digest = sha256(b"\0" + mine["line"].encode()).digest()
    for side, step in mine["path"]:
        pair = [bytes.fromhex(step), digest] if side == "left" else [digest, bytes.fromhex(step)]
        digest = sha256(b"\1" + b"".join(pair)).digest()
    demand(digest.hex() == parts["sealed"][0][1]["root"], "the receipt leads to another root")
    missing = {one["line"] for one in mine["decisions"]} - {p["line"] for _, p in parts["decision"]}
    demand(not (missing and parts["unit"]), f"the receipt: {missing} is not in the log")

def main(record: str, *receipts: str) -> None:
    parts = read(record)
    entries, log = people_and_log(parts)
    if seed := seed_of(parts, entries):
        check_order(parts, entries, log, seed)
    if parts["end"][0][1]["state"] in ("settled", "cancelled"):
        check_units(parts, entries, log)
    for receipt in receipts:
        check_receipt(parts, receipt)
    print("Everything agrees.")

if __name__ == "__main__":
    main(*sys.argv[1:])
