"""One edition compared whole, byte by byte: pages, message, feeds, manifest. `make golden` writes the files anew."""

from __future__ import annotations

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "edition"
AT = "2026-03-02T12:00:00Z"


def test_golden_edition(room, request):
    room.write("articles/two/p.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="320"/>')
    room.article(
        "two/rich.md",
        "Rich — with “quotes” & a picture",
        "2026-02-28",
        "Two",
        "A lead with **bold** and [a link](https://example.org/?a=1&b=2).\n\n## Below\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\nA note.[^1] ![in the text](p.svg)\n\n[^1]: The note.\n",
        author="Ann Author",
        summary="The author's own words.",
        image="{src: p.svg, alt: A field, credit: Photo by Nobody}",
    )
    room.article("two/arabic.md", "مرحبا بالعالم", "2026-02-27 08:00", "Two", "نص عربي قصير للاختبار.", language="ar")
    assert room.run("run", "weekly", "--at", AT).code == 0
    made = room.files()
    if request.config.getoption("--write-golden", default=False):
        for path in sorted(GOLDEN.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        for name, content in made.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_bytes(content)
        pytest.skip("golden files written")
    wanted = {str(path.relative_to(GOLDEN)): path.read_bytes() for path in sorted(GOLDEN.rglob("*")) if path.is_file()}
    assert made.keys() == wanted.keys()
    for name, content in made.items():
        assert content == wanted[name], f"{name} differs from tests/golden/edition; see `make golden`"
