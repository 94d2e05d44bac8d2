"""The pictures of an edition as they are published, and what was wrong with the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.core.model import Problem, is_remote
from digest.core.ports import NEWSROOM
from digest.core.webaddress import shown
from digest.render.copied import Copies
from digest.render.named import named
from digest.render.pictures import PictureError, logo_file, picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.core.edition import Edition
    from digest.core.newsletter import Newsletter
    from digest.core.theme import Theme
    from digest.render.pictures import Picture, PictureFile


@dataclass(frozen=True, slots=True)
class Published:
    """The pictures of an edition.

    Attributes:
        pictures: Those of articles, by source and path.
        logo: The newsroom's own; None where there is none that is published here.
        problems: What was left out, and why.
    """

    pictures: Mapping[tuple[str, str], Picture]
    logo: PictureFile | None
    problems: tuple[Problem, ...]

    @property
    def files(self) -> Iterator[PictureFile]:
        """All that is published."""
        for each in self.pictures.values():
            yield from each.files
        if self.logo is not None:
            yield self.logo


def publish(
    edition: Edition, newsletter: Newsletter, theme: Theme, assets: Mapping[tuple[str, str], bytes]
) -> Published:
    """Make the pictures of an edition; one that cannot be made is left out.

    Args:
        edition: Says which pictures lead a story: those get a thumbnail, and pixels for messages.
        newsletter: Its rules for pictures.
        theme: The whole one.
        assets: The bytes, by source and path.
    """
    rules, ground, logo = newsletter.images, theme.light.sheet, None
    leading = {(story.article.source, story.article.image.src) for story in edition.stories if story.article.image}
    local = {key: content for key, content in assets.items() if not is_remote(key[1])}
    copied = {key: place for key, place in named(edition, newsletter).items() if key in assets and key not in local}
    pictures: dict[tuple[str, str], Picture] = {}
    problems: list[Problem] = []
    copies = Copies(rules, ground)
    # In their order, for what one takes the next cannot have.
    for key, place in copied.items():
        try:
            copy = copies.make(key[1], assets[key], lead=key in leading)
        except PictureError as error:
            problems.append(Problem(place, f"the picture {shown(key[1])} is left out: it {error.what}"))
            continue
        if copy is not None:
            pictures[key] = copy
    for (source, path), content in sorted(local.items()):
        place = path if source == NEWSROOM else f"{source.partition(':')[2]}/{path}"
        try:
            if source == NEWSROOM:
                logo = logo_file(path, content, theme.logo.width if theme.logo else 0, rules.budget)
                continue
            found = picture(path, content, rules, ground, lead=(source, path) in leading)
        except PictureError as error:
            problems.append(Problem(place, f"the picture {error}; it is left out"))
            continue
        if found.trouble:
            problems.append(Problem(place, f"the picture {found.trouble}; it is left out of messages and feeds"))
        pictures[source, path] = found
    return Published(pictures, logo, tuple(problems))
