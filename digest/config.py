"""config.yaml to frozen settings; every mistake at once, each with its file, line and key.

Reading has three steps: the YAML to plain values with their lines (`digest.yamlfile`), the values against the shapes
of the file (`digest.settings`), and the shapes to what the program works with: paths made absolute, what was left out
filled in from what was given.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.headerregistry import Address
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from digest import yamlfile
from digest.core.errors import ConfigError
from digest.core.model import Problem
from digest.core.newsletter import Newsletter, Site
from digest.settings.file import FileShape, FileSinkShape
from digest.settings.kinds import below
from digest.settings.mistakes import at, cross_checks, faint_colours, mistakes
from digest.settings.relays import SmtpSinkShape
from digest.settings.sources import RemoteSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from digest.bounces.ways import Way
    from digest.core.finding import Ignore
    from digest.core.newsletter import RemoteImages
    from digest.core.schedule import CatchUp
    from digest.schedules.calendar import Calendar
    from digest.settings.daemon import DaemonSettings
    from digest.settings.file import SinkSettings
    from digest.settings.mail import MailSettings, WebSettings
    from digest.settings.newsletter import NewsletterShape
    from digest.settings.relays import SmtpSettings
    from digest.settings.sources import SourceSettings
    from digest.summaries.model.settings import ModelSettings

DEFAULT_NAME = "config.yaml"
NO_HOST = "digest.invalid"
"""Host of the site's URL when none is given: by RFC 2606, section 2, it never resolves."""


@dataclass(frozen=True, slots=True)
class NewsletterSettings:
    """A newsletter's definition, with what neither selection nor rendering needs.

    Attributes:
        newsletter: The definition.
        schedule: Cron expressions and phrases, each valid; their zone is the newsletter's.
        calendar: The days it may come out, in that zone; at least one of them has a slot.
        catch_up: What becomes of missed slots.
        catch_up_window: A slot missed longer ago than this is not made up for; at least an hour.
    """

    newsletter: Newsletter
    schedule: tuple[str, ...]
    calendar: Calendar
    catch_up: CatchUp
    catch_up_window: timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything config.yaml says.

    Attributes:
        path: The file, absolute.
        root: Its folder, absolute: relative paths in it start there.
        store: URL of the store, a path in it absolute: `sqlite:////srv/news/digest.db`.
        output: Folder for web pages and feeds, absolute.
        newsletters: By key, in the order of the file; at least one.
        sinks: Those of files.
        smtp: Those that send.
        bounces: Ways by which reports come in.
        checks: Findings that the operator lives with.
        model: The model that writes summaries; None where none does.
        notify: Addresses of the operator's that are told of trouble that lasts.
    """

    path: Path
    root: Path
    site: Site
    store: str
    output: Path
    sources: tuple[SourceSettings, ...]
    newsletters: Mapping[str, NewsletterSettings]
    sinks: tuple[SinkSettings, ...]
    mail: MailSettings
    smtp: tuple[SmtpSettings, ...]
    web: WebSettings
    bounces: tuple[Way, ...]
    checks: tuple[Ignore, ...]
    model: ModelSettings | None
    notify: tuple[str, ...]
    daemon: DaemonSettings


def load(path: Path) -> Settings:
    """Read the configuration.

    Raises:
        ConfigError: There is no such file, it cannot be read, or something in it is wrong: every mistake, in order.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = "there is no such file; `digest init DIR` lays out a newsroom with one, or name another with --config"
        raise ConfigError([Problem(str(path), message, set_aside=True)]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            [Problem(f"{path}:{line}", "this is not UTF-8; save the file as UTF-8", set_aside=True)]
        ) from error
    except OSError as error:
        message = f"cannot be read ({error.strerror}); it must be a file that you may read"
        raise ConfigError([Problem(str(path), message, set_aside=True)]) from error
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Read the configuration from its text.

    Args:
        text: The YAML.
        path: Where it stands: relative paths in it start at its folder, and problems name it as given here.

    Raises:
        ConfigError: Something in it is wrong: every mistake, in the order of the file.
    """
    mapped = yamlfile.load(text, str(path))
    if any(problem.set_aside for problem in mapped.problems):
        raise ConfigError(mapped.problems)
    if not isinstance(mapped.value, dict | None):
        message = "expected keys with values, such as 'newsletters:' with what belongs to it below"
        raise ConfigError([*mapped.problems, Problem(f"{path}:{mapped.lines[()]}", message)])
    data = _without_nothing(mapped.value or {})
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 a link to the file keeps the folder it was named in
    found = [*cross_checks(data, absolute.parent)]
    shape = None
    try:
        shape = FileShape.model_validate(data)
    except ValidationError as error:
        known = {place for place, _ in found}
        found.extend(mistake for mistake in mistakes(error, data, json_schema()) if mistake[0] not in known)
    if shape is not None and not found:
        found.extend(faint_colours(data, shape, absolute.parent))
    if shape is None or found or mapped.problems:
        raise ConfigError(_in_order(found, mapped, str(path)))
    return _resolve(shape, absolute)


@cache
def json_schema() -> dict[str, Any]:
    """The shape of config.yaml as JSON Schema 2020-12, for editors: every key with its meaning. Not to be changed."""
    schema = FileShape.model_json_schema(by_alias=True, mode="validation")
    for shape in (schema, *schema["$defs"].values()):
        for key in shape["properties"].values():
            key.pop("title", None)  # made from the key's name: it says nothing new
            # What may be left out may be empty as well; editors need not offer null for it.
            choices = [choice for choice in key.get("anyOf", ()) if choice != {"type": "null"}]
            if len(choices) == 1:
                del key["anyOf"]
                key.update(choices[0])
            if "$ref" in key or key.get("default", "") is None:
                key.pop("default", None)  # the keys of a mapping have their own
    schema["properties"]["newsletters"]["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _without_nothing(value: Any, name: str = "") -> Any:
    """The values without keys that stand there empty: `include:` with nothing below it counts as left out.

    A colour does not: one without quotes is a comment of YAML, and would be left out without a word.
    """
    if isinstance(value, dict):
        kept = name in ("colours", "dark")
        return {key: _without_nothing(inner, key) for key, inner in value.items() if kept or inner is not None}
    return [_without_nothing(inner) for inner in value] if isinstance(value, list) else value


def _in_order(found: list[tuple[yamlfile.Path, str]], mapped: yamlfile.Mapped, name: str) -> list[Problem]:
    """All problems in the order of the file."""
    order = {path: position for position, path in enumerate(mapped.lines)}
    keyed = [((int(problem.place.rpartition(":")[2]), -1), problem) for problem in mapped.problems]
    for path, message in found:
        there = path
        while there not in order:  # a key that is missing has the place of what it is missing from
            there = there[:-1]
        empty = there == path and path and isinstance(path[-1], str) and at(mapped.value, path) is None
        said = f"{message} (it stands there without a value)" if empty else message
        place = f"{name}:{mapped.lines[there]} {_dotted(path)}".rstrip()
        keyed.append(((mapped.lines[there], order[there]), Problem(place, said)))
    return [problem for _, problem in sorted(keyed, key=lambda pair: pair[0])]


def _dotted(path: yamlfile.Path) -> str:
    """`newsletters.weekly.sections[0].limit`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _resolve(shape: FileShape, path: Path) -> Settings:
    """The settings: what depends on other keys filled in, each path absolute."""
    root = path.parent
    first = next(iter(shape.newsletters.values()))
    title = shape.site.title or first.title
    host = urlsplit(shape.site.url).hostname or NO_HOST
    site = Site(
        title=title,
        url=shape.site.url,
        id=shape.site.id or host,
        organisation=shape.site.organisation or title,
        language=shape.site.language,
        address=shape.site.address or "",
        readers_url=shape.web.url or "",
        unsubscribe_mailto=shape.mail.unsubscribe_mailto or "",
        help_url=shape.mail.help or "",
        preferences_url=shape.mail.preferences or "",
    )
    sources = tuple(one.of(root, first.timezone) for one in shape.sources)
    images = {one.name: one.images for one in sources if isinstance(one, RemoteSource) and one.images}
    return Settings(
        path=path,
        root=root,
        site=site,
        store=_store(shape.store, root),
        output=below(root, shape.output),
        sources=sources,
        newsletters=MappingProxyType(
            {key: _newsletter(key, one, site, shape, images) for key, one in shape.newsletters.items()}
        ),
        sinks=tuple(one.of(root) for one in shape.sinks if isinstance(one, FileSinkShape)),
        mail=shape.mail.of(root),
        smtp=tuple(one.of(root) for one in shape.sinks if isinstance(one, SmtpSinkShape)),
        web=shape.web.settings(),
        bounces=tuple(one.of(root) for one in shape.bounces),
        checks=tuple(one.ignore() for one in shape.checks.ignore),
        model=shape.summaries.settings(),
        notify=shape.notify,
        daemon=shape.daemon.of(root),
    )


def _newsletter(
    key: str,
    shape: NewsletterShape,
    site: Site,
    whole: FileShape,
    images: Mapping[str, RemoteImages],
) -> NewsletterSettings:
    host = urlsplit(site.url).hostname or NO_HOST
    mail_host = NO_HOST if ":" in host else host  # an IPv6 address is no domain of a mailbox
    newsletter = Newsletter(
        key=key,
        title=shape.title,
        description=shape.description or "",
        sender=shape.sender or str(Address(shape.title, "newsletter", mail_host)),
        language=shape.language or site.language,
        zone=shape.timezone,
        window=shape.window,
        late=shape.late,
        sections=tuple(section.section() for section in shape.sections),
        include=shape.include.filter(),
        exclude=shape.exclude.filter(),
        minimum=shape.minimum,
        maximum=shape.maximum,
        too_few=shape.too_few,
        join_stories=shape.join_stories,
        summary_words=shape.summary_words,
        by_model=(shape.summaries or whole.summaries.method) == "model",
        summary=shape.summary,
        introduction=shape.introduction,
        subject=shape.subject,
        recipients=shape.recipients,
        feed_limit=shape.feeds.limit,
        organisation=shape.organisation or whole.mail.organisation or "",
        template=shape.template,
        theme=shape.theme.theme().over(whole.site.theme.theme()),
        images=shape.images.rules(images),
    )
    return NewsletterSettings(newsletter, shape.schedule, shape.calendar(), shape.catch_up, shape.catch_up_window)


def _store(url: str, root: Path) -> str:
    """A store's URL, the path of a file from the configuration's folder on."""
    path = url.removeprefix("sqlite:///")
    return url if path == url else "sqlite:///" + os.path.normpath(root / path)
