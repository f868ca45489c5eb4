"""How soon a gallery can be used: pages of labelled photos in headless Chromium, from the disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed.catalogue import make_tree
from phototag import gallery

READY = "return document.documentElement?.dataset.ready"
FILTER = """
    const start = performance.now(), select = document.querySelector('select[name=kind]');
    select.value = 'headshot';
    select.dispatchEvent(new Event('input', { bubbles: true }));
    document.body.offsetHeight;
    const spent = performance.now() - start;
    document.getElementById('filters').reset();
    return spent;"""

SCROLL = """
    const times = [];
    for (const part of [.9, .1, .5, .7, .3]) {
      const start = performance.now();
      scrollTo(0, part * document.body.scrollHeight);
      dispatchEvent(new Event('scroll'));
      document.body.offsetHeight;
      times.push(performance.now() - start);
    }
    scrollTo(0, 0);
    return Math.max(...times);"""


def measure(photos: Path, work: Path, counts: tuple[int, ...], say: Callable[[str], None]) -> Any:
    """Pages of the labelled photos, and of many more made of them."""
    pages = []
    version = ""
    for count in counts:
        folder, out = work / str(count), work / f"{count}.html"
        make_tree(photos, folder, count)
        start = time.monotonic()
        failed = gallery.build(folder, out=out, workers=2, state=work / "state.sqlite3")
        built = time.monotonic() - start
        found, version = _opened(out)
        page = {
            "photos": count, "failed": len(failed), "build s": round(built, 1),
            "MB": round(out.stat().st_size / 1e6, 1), **found,
        }  # fmt: skip
        say(str(page))
        pages.append(page)
    return {"chromium": version, "pages": pages}


def _opened(page: Path) -> tuple[dict[str, Any], str]:
    """Medians of three openings."""
    from selenium import webdriver  # noqa: PLC0415

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    options.page_load_strategy = "none"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--window-size=1280,900",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ):  # fmt: skip
        options.add_argument(argument)
    ready, filtered, scrolled, whole, messages = [], [], [], [], 0
    version = ""
    for _ in range(3):
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        driver = webdriver.Chrome(options, service)
        version = str(driver.capabilities["browserVersion"])
        start = time.monotonic()
        driver.get(page.as_uri())
        while not driver.execute_script(READY):
            time.sleep(0.02)
        ready.append(time.monotonic() - start)
        filtered.append(float(driver.execute_script(FILTER)))
        scrolled.append(float(driver.execute_script(SCROLL)))
        while driver.execute_script("return document.readyState") != "complete":
            time.sleep(0.05)
        whole.append(time.monotonic() - start)
        messages += len(driver.get_log("browser"))  # type: ignore[no-untyped-call]
        driver.quit()
    return {
        "ready s": round(sorted(ready)[1], 2), "filtered ms": round(sorted(filtered)[1]),
        "scrolled ms": round(sorted(scrolled)[1]),
        "loaded s": round(sorted(whole)[1], 2), "console messages": messages,
    }, version  # fmt: skip
