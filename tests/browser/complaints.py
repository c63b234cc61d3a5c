"""What a page complains about: scripts that fail, policies that are broken, files that are gone."""

from playwright.sync_api import ConsoleMessage, Page, Response

# A refusal that the page shows (422) or answers by itself is an answer, not a fault.
ANSWERS = (401, 403, 409, 422)


def listen(page: Page, heard: list[str], *, site: str) -> None:
    """From now on every complaint of the page about `site` is in `heard`, with its address."""

    def on_console(message: ConsoleMessage) -> None:
        # What the browser says about statuses is heard below, with the status to judge it by.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            heard.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        broken = response.status >= 400 and response.status not in ANSWERS
        if broken and response.url.startswith(site):
            heard.append(f"{response.url} answered {response.status}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.on("response", on_response)
