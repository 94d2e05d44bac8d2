"""`digest sources add`, `remove`, `import`, `export`: config.yaml is changed where it must be, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from digest.commands.sources_views import describe_trial
from digest.core.errors import UsageError
from digest.core.text import counted
from digest.core.webaddress import shown
from digest.settings.sources import is_called
from digest.terminal import Terminal, now_or, options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.config import Settings
    from digest.gathering import Remote
    from digest.settings.sources import SourceSettings


def remote_of(kind: str, url: str, **more: Any) -> Remote:
    """A source of these keys, as config.yaml would have it.

    Raises:
        UsageError: One of them is wrong.
    """
    from zoneinfo import ZoneInfo

    from pydantic import ValidationError

    from digest.intake import remote
    from digest.settings.sources import FeedShape, WebPageShape

    shape = FeedShape if kind == "feed" else WebPageShape
    try:
        made = shape.model_validate({"type": kind, "url": url, **more})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise UsageError(message, place=".".join(map(str, first["loc"])) or url) from error
    return remote(made.of(Path(), ZoneInfo("UTC")))


def unknown_source(given: str, sources: Sequence[SourceSettings], place: str) -> UsageError:
    """No source has this name; of those there are, the one whose beginning or whole it may have been."""
    from digest.settings.kinds import suggestion

    names = [each.name.partition(":")[2] for each in sources]
    begun = [name for name in names if given and name.casefold().startswith(given.casefold())]
    hint = f"; did you mean '{begun[0]}'?" if begun else suggestion(given, names)
    return UsageError(f"there is no source '{given}'{hint or '; digest sources list shows them'}", place=place)


@click.command(name="add")
@click.argument("url")
@click.option("--name", help="What it is called in lists; its own title when left out.")
@click.option("--category", "categories", multiple=True, help="A category of all its articles; may be given again.")
@click.option("--language", metavar="TAG", help="Language of what does not state its own.")
@click.option("--timezone", metavar="ZONE", help="Zone of dates that name none.")
@click.option("--priority", type=click.IntRange(1, 10_000), help="Of two that tell one story, the lower number leads.")
@click.option("--first", metavar="N|DAY", help="What is taken of what is there already: the newest so many, or since.")
@click.option(
    "--login", nargs=2, metavar="USERNAME VARIABLE", help="Who logs in, and the variable that holds the password."
)
@click.option("--full-text", is_flag=True, help="Fetch the page of each entry for its text.")
@click.option("--local", is_flag=True, help="It may lie in your own network.")
@click.option("--dry-run", is_flag=True, help="Only show what would come.")
@options(data=False)
def add_command(
    terminal: Terminal,
    *,
    url: str,
    dry_run: bool,
    full_text: bool,
    local: bool,
    login: tuple[str, str] | None,
    **given: Any,
) -> int:
    """Add a feed, a page that names one, or a page whose articles are read, to config.yaml.

    URL is fetched first; what would come of it is shown.
    """
    from digest.app import Newsroom
    from digest.sourcing import find

    if Path(url).is_file():
        raise UsageError("is a file; digest sources import reads lists of feeds, digest import a feed", place=url)
    wished = _Wished(_entrance(url), _written(given, local=local), login, full_text)

    def make(kind: str, address: str) -> Remote:
        return remote_of(kind, address, **wished.keys_of(kind, address))

    with Newsroom.open(terminal.config, create=False) as newsroom:
        trial = find(url, newsroom.intake.fetcher, make, now_or(None))
        address = trial.fetched.visit.moved_to or trial.remote.url
        sources = newsroom.settings.sources
        known = [each.name for each in sources if each.url in (address, url)]
    if known:
        raise UsageError("is a source already; digest sources test shows what comes of it", place=known[0])
    describe_trial(terminal, trial)
    kind = trial.remote.name.partition(":")[0]
    title = {"name": trial.offer.title[:100]} if trial.offer.title else {}
    source: dict[str, Any] = {"type": kind, "url": address, **title, **wished.keys_of(kind, address)}
    name = f"{kind}:{source.get('name', address)}"
    if name.casefold() in {each.name.casefold() for each in sources}:
        raise UsageError("is the name of a source already; give this one another with --name", place=name)
    if dry_run:
        terminal.say("nothing was written")
        return 0
    _append(terminal.config, [source])
    terminal.say(f"added to {terminal.config}: {name}")
    return 0


@dataclass(frozen=True, slots=True)
class _Wished:
    """What a person says of the source that is to be added.

    Attributes:
        entrance: Scheme and host of the address that was given.
        keys: Those for whatever is found there.
        login: Who logs in, and the variable that holds the password; None: nobody.
        full_text: Whether a feed's entries are completed by their pages.
    """

    entrance: tuple[str, str]
    keys: Mapping[str, Any]
    login: tuple[str, str] | None
    full_text: bool

    def keys_of(self, kind: str, address: str) -> dict[str, Any]:
        """All keys but type and address, in the order in which they are written."""
        keys = dict(self.keys)
        # A page may name a feed of somebody else's, who is told no login.
        if self.login is not None and _entrance(address) == self.entrance:
            keys |= {"username": self.login[0], "password": f"${{{self.login[1]}}}"}
        if self.full_text and kind == "feed":
            keys["full_text"] = True
        return keys


def _written(given: Mapping[str, Any], *, local: bool) -> dict[str, Any]:
    """Options as config.yaml has them, in the same order whichever they were given in."""
    keys = {
        name: given[name] for name in ("name", "categories", "language", "timezone", "priority", "first") if given[name]
    }
    if "categories" in keys:
        keys["categories"] = list(keys["categories"])
    if str(keys.get("first", "")).isdecimal():
        keys["first"] = int(keys["first"])
    return {**keys, "local": True} if local else keys


def _entrance(url: str) -> tuple[str, str]:
    """Scheme and host of an address as a person gives it."""
    parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
    return parts.scheme, parts.netloc


@click.command(name="remove")
@click.argument("source")
@options(data=False)
def remove_command(terminal: Terminal, *, source: str) -> int:
    """Take a source out of config.yaml. Its articles stay in the editions they are in.

    SOURCE is its name or its address.
    """
    from digest import config
    from digest.sourcelines import without_source

    settings = config.load(terminal.config)
    positions = [number for number, each in enumerate(settings.sources) if is_called(each, source)]
    if not positions:
        raise unknown_source(source, settings.sources, str(terminal.config))
    if len(positions) > 1:
        message = f"several sources are called '{source}'; digest sources list shows them"
        raise UsageError(message, place=str(terminal.config))
    name = settings.sources[positions[0]].name
    if len(settings.sources) == 1:
        raise UsageError("it is the only source; add another one first", place=name)
    try:
        text = without_source(_text(terminal.config), positions[0])
    except ValueError as error:
        raise UsageError(f"{error}; take it out there", place=str(terminal.config)) from error
    _rewrite(terminal.config, text)
    terminal.say(f"removed from {terminal.config}: {name}")
    return 0


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
@options(data=False)
def import_command(terminal: Terminal, *, file: Path, dry_run: bool) -> int:
    """Add the feeds of an OPML file to config.yaml, its folders as categories; what is there stays as it is."""
    from digest import config
    from digest.sources.opml import read_opml

    settings = config.load(terminal.config)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(file)) from error
    outlines, problems = read_opml(content, str(file))
    known = {each.url for each in settings.sources}
    names = {each.name.casefold() for each in settings.sources}
    added, aside = [], sum(each.set_aside for each in problems)
    lost = aside
    terminal.problems(problems)
    for each in outlines:
        if each.url in known:
            continue
        keys: dict[str, Any] = {"url": each.url}
        name = each.title[:100] if each.title != each.url else ""  # as lists have feeds that have no title
        if name and f"feed:{name}".casefold() not in names:
            keys["name"] = name
            names.add(f"feed:{name}".casefold())
        keys |= {"categories": list(each.categories)} if each.categories else {}
        keys |= {"language": each.language} if each.language else {}
        try:
            remote_of("feed", **keys)
        except UsageError as error:
            terminal.failed(f"{file}: '{shown(each.title or each.url)}' is left out: {error}")
            aside += 1
            continue
        added.append({"type": "feed", **keys})
        terminal.detail(f"{each.url}  {', '.join(each.categories)}")
    if added and not dry_run:
        _append(terminal.config, added)
    there = len(outlines) - len(added) - (aside - lost)
    done = "would be added" if dry_run else "added"
    terminal.say(f"{counted(len(added), 'feed')} {done}, {there} there already, {aside} left out")
    return 1 if aside or problems else 0


@click.command(name="export")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options(data=False)
def export_command(terminal: Terminal, *, file: Path | None) -> int:
    """Write the feeds of config.yaml as OPML, for feed readers; on standard output when no FILE is named."""
    from digest import config
    from digest.delivery.atomic import write
    from digest.settings.sources import RemoteSource
    from digest.sources.opml import Outline, write_opml

    settings: Settings = config.load(terminal.config)
    feeds = [each for each in settings.sources if isinstance(each, RemoteSource) and each.type == "feed"]
    outlines = [
        Outline(
            "" if each.name == f"feed:{each.url}" else each.name.partition(":")[2],
            each.url,
            "",
            each.rules.categories,
            each.rules.language,
        )
        for each in feeds
    ]
    content = write_opml(settings.site.title, outlines)
    if file is None:
        click.echo(content.decode(), nl=False)
    else:
        write(file, content)
        terminal.say(f"{file}: {counted(len(feeds), 'feed')}")
    return 0


def _append(path: Path, sources: Sequence[dict[str, Any]]) -> None:
    from digest.sourcelines import with_sources

    try:
        text = with_sources(_text(path), sources)
    except ValueError as error:
        raise UsageError(f"{error}; write there: {sources[0]}", place=str(path)) from error
    _rewrite(path, text)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _rewrite(path: Path, text: str) -> None:
    """Put a text in the place of config.yaml, if it can be read as one.

    Raises:
        ConfigError: It cannot: every mistake; the file stays as it was.
        OutputError: It cannot be written.
    """
    from digest import config
    from digest.delivery.atomic import write

    config.parse(text, path)
    write(path.resolve(), text.encode())
