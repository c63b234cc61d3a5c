"""The operator's console of one sale, as its operator works with it."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Visitor


def figure(page: Page, code: str) -> Locator:
    return page.locator(f'[data-figure="{code}"] [data-value]')


def act(visitor: Visitor, link: str, button: str, *, says: tuple[str, ...] = ()) -> None:
    """The act's page says what will happen first; then it does."""
    visitor.page.get_by_role("link", name=link, exact=True).click()
    consequences = visitor.page.locator(".console-says")
    expect(consequences.locator("li").first).to_be_visible()
    for text in says:
        expect(consequences).to_contain_text(text)
    visitor.press(button)
