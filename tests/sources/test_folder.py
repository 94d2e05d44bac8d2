"""A folder as a source: the walk, the fingerprints, reading, images; on a real file system."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from digest.core.errors import SourceError
from digest.core.model import Problem
from digest.sources.folder import FolderSource

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEAD = "---\ndate: 2026-02-03\n---\n"
needs_permissions = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


def source(root: Path, zone: str | None = "Asia/Seoul", **settings: int) -> FolderSource:
    return FolderSource(root, zone=zone and ZoneInfo(zone), name="folder:articles", display="articles", **settings)


def write(root: Path, path: str, text: str | bytes = "# A\n\nText\n") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_the_name_is_the_one_given(root):
    assert source(root).name == "folder:articles"


def test_articles_are_found_by_their_suffix_in_nested_folders(root):
    wanted = ["a.MD", "b/c.markdown", "b/d/e.html", "f.htm", "g.txt", "readme-first.md", "ü/ö.md"]
    others = [".a.md", "_a.md", ".git/a.md", "_drafts/a.md", "README.md", "b/readme.TXT", "a.png", "a.md.bak", "md"]
    for path in wanted + others:
        write(root, path)
    look = source(root).look()
    assert list(look.fingerprints) == sorted(wanted)
    assert look.problems == ()


def test_an_empty_folder_is_noted(root):
    write(root, "image.png")
    assert source(root).look().problems == (
        Problem("articles", "holds no article; put .md, .html or .txt files there"),
    )


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_folder_that_is_not_there_is_an_error(root, kind):
    path = root / "x"
    if kind == "file":
        path.touch()
    with pytest.raises(SourceError) as caught:
        source(path).look()
    assert str(caught.value) == ("articles: there is no such folder; create it, or mend its path in the configuration")


def test_a_fingerprint_changes_with_the_file_and_the_zone_only(root):
    file = write(root, "a.md")
    write(root, "b.md")
    before = source(root).look().fingerprints
    assert source(root).look().fingerprints == before
    assert source(root, None).look().fingerprints["a.md"] != before["a.md"]
    status = file.stat()
    file.write_text("# B\n\nText\n")  # the same size
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    after = source(root).look().fingerprints
    assert after["a.md"] != before["a.md"]
    assert after["b.md"] == before["b.md"]


def test_links_inside_the_folder_are_followed(root):
    write(root, "_real/a.md")
    write(root, "b.md")
    (root / "linked").symlink_to("_real")
    (root / "c.md").symlink_to("b.md")
    look = source(root).look()
    assert list(look.fingerprints) == ["b.md", "c.md", "linked/a.md"]
    assert look.problems == ()
    assert source(root).read("linked/a.md", NOW).articles[0].title == "A"


def test_links_that_leave_the_folder_loop_or_lead_nowhere_are_reported(root, tmp_path):
    write(tmp_path, "outside/a.md")
    write(tmp_path, "articles-too/a.md")  # begins like the root's own name
    write(root, "in/a.md")
    links = {
        "in/up": "..",
        "in/self": ".",
        "out": "../outside",
        "out.md": "../outside/a.md",
        "too": "../articles-too",
        "gone.md": "nothing.md",
        "round.md": "round.md",
        "twice": "in",
        "two": "in",
        "picture.png": "../outside/a.md",
    }
    for link, target in links.items():
        (root / link).symlink_to(target)
    look = source(root).look()
    assert list(look.fingerprints) == ["in/a.md", "twice/a.md"]
    assert all(problem.set_aside for problem in look.problems)
    loop = "is a link to a folder it lies in; remove it"
    out = "is a link that leads out of articles; put the articles themselves there"
    nowhere = "is a link that leads nowhere; remove it, or restore what it led to"
    assert [str(problem) for problem in look.problems] == [
        f"articles/gone.md: {nowhere}",
        f"articles/in/self: {loop}",
        f"articles/in/up: {loop}",
        f"articles/out: {out}",
        f"articles/out.md: {out}",
        f"articles/round.md: {nowhere}",
        f"articles/too: {out}",
        f"articles/twice/self: {loop}",
        f"articles/twice/up: {loop}",
        "articles/two: is a link to a folder that is read through the link twice already; remove it",
    ]


def test_folders_that_link_to_each_other_end(root):
    for name in "abcdefgh":
        write(root, f"{name}/x.md")
    for name in "abcdefgh":
        for other in "abcdefgh":
            (root / name / f"to-{other}").symlink_to(f"../{other}")
    look = source(root).look()
    assert {f"{name}/x.md" for name in "abcdefgh"} <= set(look.fingerprints)
    assert len(look.fingerprints) <= 16


def test_names_that_are_no_text_are_reported(root):
    write(root, "good.md")
    for name in (b"caf\xe9.md", b"a\nb.md", b"c\x1b.md"):
        with open(os.path.join(os.fsencode(root), name), "wb") as file:  # noqa: PTH118, PTH123 a Path has no such names
            file.write(b"x")
    look = source(root).look()
    assert list(look.fingerprints) == ["good.md"]
    message = "its name is no UTF-8 text, or holds a control character; rename it"
    assert [str(problem) for problem in look.problems] == [
        f"articles/a\\x0ab.md: {message}",
        f"articles/c\\x1b.md: {message}",
        f"articles/caf\\udce9.md: {message}",
    ]


def test_a_pipe_is_never_opened(root):
    os.mkfifo(root / "a.md")
    look = source(root).look()
    assert look.problems == (Problem("articles/a.md", "is no regular file; move it away", set_aside=True),)
    assert source(root).read("a.md", NOW).problems == (
        Problem(
            "articles/a.md", "cannot be read: it is no regular file; mend that or move the file away", set_aside=True
        ),
    )


@needs_permissions
def test_what_may_not_be_read_is_reported_and_the_rest_goes_on(root):
    write(root, "a.md").chmod(0)
    write(root, "b/c.md").parent.chmod(0)
    write(root, "d.md")
    try:
        look = source(root).look()
        reading = source(root).read("a.md", NOW)
    finally:
        (root / "b").chmod(0o755)
    assert list(look.fingerprints) == ["a.md", "d.md"]
    assert [str(problem) for problem in look.problems] == [
        "articles/b: cannot be read: Permission denied; mend its permissions or move it away"
    ]
    assert [str(problem) for problem in reading.problems] == [
        "articles/a.md: cannot be read: Permission denied; mend that or move the file away"
    ]


def test_a_folder_that_cannot_be_listed_is_reported(root, monkeypatch):
    write(root, "a.md")
    write(root, "b/c.md")
    real = os.scandir

    def scandir(path: str) -> object:
        if os.path.basename(path) == "b":  # noqa: PTH119 what os.scandir is given
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)  # as root, permissions alone stop nothing
    look = source(root).look()
    assert list(look.fingerprints) == ["a.md"]
    assert [str(problem) for problem in look.problems] == [
        "articles/b: cannot be read: Permission denied; mend its permissions or move it away"
    ]


def test_a_file_of_50_mb_is_set_aside_unread(root):
    with (root / "a.md").open("wb") as file:
        file.truncate(50_000_000)
    why = "it has 50,000,000 bytes, more than the 5,000,000 that are read"
    message = f"cannot be read: {why}; mend that or move the file away"
    assert source(root).read("a.md", NOW).problems == (Problem("articles/a.md", message, set_aside=True),)


def test_the_cap_is_a_setting(root):
    write(root, "a.md", "x" * 11)
    assert source(root, max_bytes=11).read("a.md", NOW).articles
    assert not source(root, max_bytes=10).read("a.md", NOW).articles


@pytest.mark.parametrize("path", ["gone.md", "../outside.md", "a\0b.md"])
def test_reading_what_is_not_there_is_no_error(root, path):
    write(root.parent, "outside.md")
    reading = source(root).read(path, NOW)
    assert reading.articles == ()
    assert reading.problems[0].set_aside


def test_an_article_knows_its_source_and_path(root):
    write(root, "b/a.md", f"{HEAD}# A\n\nText\n")
    reading = source(root).read("b/a.md", NOW)
    [found] = reading.articles
    assert (reading.path, found.source, found.path, found.title) == ("b/a.md", "folder:articles", "b/a.md", "A")
    assert str(found.published) == "2026-02-03"
    assert found.problems == ()


def test_images_are_relative_to_the_article_and_stay_in_the_folder(root):
    write(root.parent, "outside.png")
    for path in ("images/x.png", "images/a b.png", "deep/y.svg", "x.exe"):
        write(root, path)
    (root / "link.png").symlink_to("../outside.png")
    sources = (
        "../images/x.png",
        "../images/a%20b.png",
        "y.svg?v=2",
        "https://x.example/z.png",
        "../../outside.png",
        "/etc/x.png",
        "gone.png",
        "../x.exe",
        "../link.png",
        "%2Fetc/x.png",
        "mailto:a@x.png",
        "C:/x.png",
    )
    write(root, "deep/a.md", HEAD + "# A\n\n" + "\n".join(f"![x](<{src}>)" for src in sources))
    [found] = source(root).read("deep/a.md", NOW).articles
    kept = ("images/x.png", "images/a b.png", "deep/y.svg", "https://x.example/z.png")
    assert [part.split('"')[0] for part in found.body.html.split('src="')[1:]] == list(kept)
    suffix = "an image ends in .gif, .jpeg, .jpg, .png, .svg, .webp"
    outside = "it lies outside of the source's folder"
    relative = "write a path relative to the article's file, or an https address"
    gone = "articles/deep/gone.png cannot be read (No such file or directory); put it there and save the article again"
    disallowed = "its address is missing, or of a kind that is not allowed (data:, file:)"
    assert [str(problem) for problem in found.problems] == [
        f"articles/deep/a.md:10: the image '../../outside.png' is left out: {outside}",
        f"articles/deep/a.md:11: the image '/etc/x.png' is left out: {relative}",
        f"articles/deep/a.md:12: the image 'gone.png' is left out: {gone}",
        f"articles/deep/a.md:13: the image '../x.exe' is left out: {suffix}",
        f"articles/deep/a.md:14: the image '../link.png' is left out: {outside}",
        f"articles/deep/a.md:15: the image '%2Fetc/x.png' is left out: {relative}",
        f"articles/deep/a.md:16: the image 'mailto:a@x.png' is left out: {relative}",
        f"articles/deep/a.md: an image is left out: {disallowed}",
    ]


def test_an_image_of_the_front_matter_follows_the_same_rule(root):
    write(root, "images/x.png")
    write(root, "deep/a.md", "---\ndate: 2026-02-03\nimage: ../images/x.png\n---\n# A\n\nText")
    write(root, "deep/b.md", "---\ndate: 2026-02-03\nimage: ../../x.png\n---\n# A\n\nText")
    good, bad = (source(root).read(f"deep/{name}.md", NOW).articles[0] for name in "ab")
    assert good.image is not None
    assert good.image.src == "images/x.png"
    assert bad.image is None
    assert [str(problem) for problem in bad.problems] == [
        "articles/deep/b.md:3: the image '../../x.png' is left out: it lies outside of the source's folder"
    ]


def test_an_asset_is_an_image_of_the_folder(root):
    content = b"\x89PNG\r\n\x1a\n and so on"
    write(root, "images/x.PNG", content)
    assert source(root).asset("images/x.PNG") == content


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("gone.png", "No such file or directory"),
        ("../outside.png", "it lies outside of the source's folder"),
        ("link.png", "it lies outside of the source's folder"),
        ("a.md", "an image ends in .gif, .jpeg, .jpg, .png, .svg, .webp"),
        ("big.png", "it has 10,000,001 bytes, more than the 10,000,000 that are read"),
        ("folder.png", "it is no regular file"),
    ],
)
def test_other_assets_are_refused(root, path, why):
    write(root.parent, "outside.png")
    write(root, "a.md")
    (root / "link.png").symlink_to("../outside.png")
    (root / "folder.png").mkdir()
    with (root / "big.png").open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(SourceError) as caught:
        source(root).asset(path)
    assert str(caught.value) == f"articles/{path}: the image cannot be read: {why}"


def test_ten_thousand_files_are_listed(root):
    for folder in range(10):
        (root / str(folder)).mkdir()
        for number in range(1000):
            (root / str(folder) / f"{number}.md").touch()
    assert len(source(root).look().fingerprints) == 10_000
