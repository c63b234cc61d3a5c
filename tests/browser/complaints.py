"""What a page complains about: scripts that fail, policies that are broken, files that are gone."""

import re

from playwright.sync_api import ConsoleMessage, Page, Response

# A refusal that the page shows (422) or answers by itself is an answer, not a fault.
ANSWERS = (401, 403, 409, 422)
# So is one that says when to come back; without that a busy site is a broken one.
COME_BACK = (429, 503)
# What browser and htmx write of statuses is heard below, with the status to judge it by.
ABOUT_STATUS = re.compile("Failed to load resource|^Response Status Error Code")


def _answers(response: Response) -> bool:
    if response.status in COME_BACK:
        return "retry-after" in response.headers
    return response.status in ANSWERS


def listen(page: Page, heard: list[str], *, site: str) -> None:
    """From now on every complaint of the page about `site` is in `heard`, with its address."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not ABOUT_STATUS.search(message.text):
            heard.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.url.startswith(site) and not _answers(response):
            heard.append(f"{response.url} answered {response.status}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.on("response", on_response)
