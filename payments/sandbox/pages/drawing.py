"""HTML of the pages, from the templates beside this file. Every value is escaped."""

from functools import cache
from html import escape
from pathlib import Path
from string import Template

from payments.sandbox.amounts import written
from payments.sandbox.errors import Json
from payments.sandbox.published_cards import CARDS
from payments.sandbox.web import Answer

_HERE = Path(__file__).parent
_HTML = "text/html; charset=utf-8"
# Forms post to this server and are then redirected to the shop, wherever it listens.
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@cache
def _template(name: str) -> Template:
    return Template((_HERE / name).read_text(encoding="utf-8"))


def filled(name: str, **values: str) -> str:
    """Return a template of this folder with its gaps filled. The values are HTML already."""
    return _template(name).substitute(values)


def stylesheet() -> Answer:
    return Answer(200, (_HERE / "style.css").read_bytes(), "text/css; charset=utf-8")


def page(title: str, content: str, *, status: int = 200) -> Answer:
    html = _template("layout.html").substitute(title=escape(title), content=content)
    headers = (("Content-Security-Policy", _POLICY), ("Cache-Control", "no-store"))
    return Answer(status, html.encode(), _HTML, headers)


def message(title: str, text: str, *, status: int) -> Answer:
    return page(title, f'<p class="lead">{escape(text)}</p>', status=status)


def checkout(session: Json, *, typed: dict[str, str], errors: dict[str, str]) -> Answer:
    """Draw the card form. ``errors`` are texts by field; the one for "" stands above the form."""
    setup = session["mode"] == "setup"
    values = {f"{name}_error": _error(name, errors) for name in ("number", "expiry", "cvc")}
    for name in ("number", "expiry", "cvc"):
        invalid = f' aria-invalid="true" aria-describedby="{name}-error"'
        values[f"{name}_error_attributes"] = invalid if name in errors else ""
    content = _template("checkout.html").substitute(
        values,
        lead=_lead(session),
        session=session["id"],  # said in full: the form also stands where the bank sends back to
        problem=_problem(errors),
        number=escape(typed.get("number", "")),
        expiry=escape(typed.get("expiry", "")),
        action="Save card" if setup else "Pay",
        cancel=_cancel(session["cancel_url"]),
        numbers=_numbers(),
    )
    return page("Save a card" if setup else "Pay", content, status=422 if errors else 200)


def authentication(intent: Json) -> Answer:
    lead = "Your bank wants to know that it is you."
    if "amount" in intent:
        lead += f" It is about {written(intent['amount'], intent['currency'])}."
    return page("3-D Secure", _template("authentication.html").substitute(lead=escape(lead)))


def _lead(session: Json) -> str:
    if session["mode"] == "setup":
        return "The card is kept for later. Nothing is charged now."
    return f"You pay {written(session['amount_total'], session['currency'])}."


def _problem(errors: dict[str, str]) -> str:
    if "" not in errors:
        return ""
    return f'<p class="problem error" role="alert">{escape(errors[""])}</p>'


def _error(name: str, errors: dict[str, str]) -> str:
    if name not in errors:
        return ""
    return f'<p class="error" id="{name}-error">{escape(errors[name])}</p>'


def _cancel(url: str | None) -> str:
    return f'<a class="cancel" href="{escape(url)}">Cancel and go back</a>' if url else ""


@cache
def _numbers() -> str:
    rows = ((card.number, card.label) for card in CARDS)
    return "\n".join(
        f"<tr><td>{escape(_grouped(number))}</td><td>{escape(label)}</td></tr>"
        for number, label in rows
    )


def _grouped(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
