"""Make sure that a browser and a font with Han characters are there: install Debian's when that is allowed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
FONTS = {":lang=zh": "fonts-noto-cjk", "Noto Color Emoji": "fonts-noto-color-emoji"}


def missing() -> list[str]:
    """The Debian packages that are not there yet."""
    needed = [] if Path(CHROMIUM).exists() else ["chromium"]
    return needed + [package for pattern, package in FONTS.items() if not _has_font(pattern)]


def _has_font(pattern: str) -> bool:
    if shutil.which("fc-list") is None:
        return False
    found = subprocess.run(["fc-list", pattern], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def main() -> int:
    """0 when a browser test can run."""
    needed = missing()
    if not needed:
        return 0
    command = f"apt-get install -y --no-install-recommends {' '.join(needed)} fontconfig"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"c2c-desk: the browser test needs {' and '.join(needed)}: sudo {command}", file=sys.stderr)
        return 1
    print(f"c2c-desk: installing {', '.join(needed)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run([*command.split(), "-qq"], check=True, env=environment, stdout=subprocess.DEVNULL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
