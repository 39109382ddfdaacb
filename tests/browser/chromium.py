"""Which browser to drive, and how to start it."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
MISSING = (
    "No Chromium, Chrome or Edge was found. On Debian: apt-get install chromium fonts-noto-cjk libatomic1; "
    "elsewhere install Chrome, or set CHROME to the browser's path."
)
# Root in a container has no sandbox and often no graphics card; a test's browser has nothing to fetch from elsewhere.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # pages of one window share a process, and what it has compiled of the front end
)


def executable() -> str | None:
    """The path of the browser to drive: $CHROME, else the first one found, else None."""
    named = os.environ.get("CHROME")
    found = (shutil.which(name) for name in ([named] if named else NAMES))
    installed = (place for place in (() if named else PLACES) if Path(place).is_file())
    return next((path for path in (*found, *installed) if path), None)
