"""Going through the running site with a camera."""

from collections.abc import Iterator, Sequence
from itertools import groupby, product
from operator import attrgetter
from pathlib import Path

from playwright.sync_api import Browser, Page

from socialcommerce.demo.pictures import browser as browsers
from socialcommerce.demo.pictures import scenes, stage
from socialcommerce.demo.pictures.scenes import Scene
from socialcommerce.lib import clock

WINDOWS = {390: 844, 1280: 900}  # width to height, in CSS pixels
SCHEMES = ("light", "dark")
TALL_MAX = 1_800  # a picture goes on below the window, but not for ever


def take(*, site: str, folder: Path) -> Iterator[str]:
    """Every scene in both widths and schemes is a PNG in `folder`; yields a line for each look.

    Raises browsers.Missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with browsers.chromium() as browser:
        _prepare(browser, site=site)
    # Between the two: Django refuses the database while Playwright's event loop runs here.
    staged = stage.build(now=clock.now())
    parts = (scenes.of_sales(staged), scenes.of_pages(staged))
    with browsers.chromium() as browser:
        for part in parts:
            for width, scheme in product(WINDOWS, SCHEMES):
                _take_all(browser, part, site=site, folder=folder, width=width, scheme=scheme)
                yield f"{len(part)} pictures, {width} px, {scheme}"


def _prepare(browser: Browser, *, site: str) -> None:
    with browsers.window(browser, site=site, width=390, height=844, scheme="light") as page:
        browsers.log_in(page, "mina")
        browsers.bind_a_card(page)


def _take_all(
    browser: Browser, part: Sequence[Scene], *, site: str, folder: Path, width: int, scheme: str
) -> None:
    """One log-in for each person, in the order of the scenes."""
    for who, their in groupby(part, key=attrgetter("who")):
        with browsers.window(
            browser, site=site, width=width, height=WINDOWS[width], scheme=scheme
        ) as page:
            if who != scenes.STRANGER:
                browsers.log_in(page, who)
            for scene in their:
                _take(page, scene, folder / f"{scene.name}_{width}_{scheme}.png", width=width)


def _take(page: Page, scene: Scene, file: Path, *, width: int) -> None:
    page.set_viewport_size({"width": width, "height": WINDOWS[width]})
    page.goto(scene.path)
    if scene.act is not None:
        scene.act(page)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, WINDOWS[width]), TALL_MAX)})
    page.evaluate(IMAGES_ARE_THERE)
    page.screenshot(path=file)


# Lazy pictures load once the window is tall enough to show them; two seconds are patience enough.
IMAGES_ARE_THERE = """() => Promise.race([
  new Promise((done) => setTimeout(done, 2000)),
  Promise.all([...document.images].map((image) => {
    const box = image.getBoundingClientRect();
    return box.top < innerHeight && !image.complete
      ? new Promise((done) => { image.onload = image.onerror = done; }) : null;
  })),
]).then(() => new Promise((done) => requestAnimationFrame(done)))"""
