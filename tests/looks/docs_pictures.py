"""`make pictures`: the pictures of docs/templates.md, taken anew. An edition of the sample newsroom in each set, on a
wide screen, on a phone, and on a phone in the dark.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from browser import opened, program
from editions import AT, REPOSITORY, html_of, local, run
from PIL import Image

from digest.render.folders import SETS

_VIEWS = ((680, False), (320, False), (320, True))
_HEIGHT = 1280
_GAP = 8


def main() -> int:
    """Write the pictures; the exit code."""
    path = program()
    if path is None:
        sys.stderr.write("there is no chromium; apt-get install chromium, or name one in CHROMIUM\n")
        return 1
    with TemporaryDirectory(prefix="digest-looks-") as folder, opened(path, Path(folder, "chromium")) as browser:
        for template in SETS:
            page = _message(Path(folder, template), template)
            shots = [browser.shoot(page.as_uri(), width, dark=dark).png for width, dark in _VIEWS]
            _beside([Image.open(io.BytesIO(shot)) for shot in shots]).save(
                REPOSITORY / f"docs/look-{template}.png", optimize=True
            )
    return 0


def _message(room: Path, template: str) -> Path:
    """The message's HTML of the sample newsroom in a set."""
    room.mkdir()
    shutil.copytree(REPOSITORY / "articles", room / "articles")
    config = (REPOSITORY / "config.yaml").read_text(encoding="utf-8")
    config = config.replace("\n  weekly:\n", f"\n  weekly:\n    template: {template}\n")
    # Few stories, so that the list of them leaves room for the stories.
    config = config.replace("minimum: 8\n    maximum: 18", "minimum: 6\n    maximum: 6")
    (room / "config.yaml").write_text(config, encoding="utf-8")
    run(room, "run", "weekly", "--at", AT)
    (message,) = (room / "out/mail").glob("*.eml")
    page = room / "message.html"
    page.write_text(local(html_of(message.read_bytes()), room / "out"), encoding="utf-8")
    return page


def _beside(pictures: list[Image.Image]) -> Image.Image:
    """The upper parts of pictures, one beside the other."""
    width = sum(picture.width + _GAP for picture in pictures) - _GAP
    sheet = Image.new("RGB", (width, _HEIGHT), "#c6cad2")
    left = 0
    for picture in pictures:
        sheet.paste(picture.crop((0, 0, picture.width, min(_HEIGHT, picture.height))), (left, 0))
        left += picture.width + _GAP
    return sheet


if __name__ == "__main__":
    sys.exit(main())
