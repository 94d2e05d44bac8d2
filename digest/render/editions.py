"""An edition frozen: every file of it, as bytes, and a hash over them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from digest.core.edition import Entry, FrozenEdition
from digest.core.errors import TemplateError
from digest.core.fitting import MOST_OCTETS, RESERVE, encoded_octets, fits, most_that_fit, shares
from digest.core.reader import Marks, leave_url
from digest.core.text import one_line, utc_text
from digest.render.context import ReaderView
from digest.render.links import absolute, embedded_in, scrollable
from digest.render.published import publish
from digest.render.views import (
    Urls,
    edition_view,
    for_message,
    newsletter_view,
    shortened,
    site_view,
    theme_view,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.core.edition import Edition, Story, Summary
    from digest.core.model import Image
    from digest.core.newsletter import Newsletter, Site
    from digest.render.context import EditionView, StoryView
    from digest.render.pictures import Picture
    from digest.render.templates import Templates


class EditionRenderer:
    """Renders editions of a site with its templates.

    Args:
        templates: The newsroom's, over the built-in ones.
        site: Who publishes.
    """

    def __init__(self, templates: Templates, site: Site) -> None:
        self._templates = templates
        self._site = site

    def freeze(
        self, edition: Edition, newsletter: Newsletter, assets: Mapping[tuple[str, str], bytes]
    ) -> FrozenEdition:
        """Render everything of an edition; see `digest.core.ports.Renderer`."""
        urls = Urls.of(self._site, newsletter.key)
        theme = newsletter.theme.on(self._templates.theme(newsletter.template))
        published = publish(edition, newsletter, theme, assets)
        pictures = published.pictures
        context = {
            "site": site_view(self._site),
            "newsletter": newsletter_view(newsletter, urls),
            "theme": theme_view(theme, urls.edition(edition.id), published.logo),
        }
        view = self._titled(edition_view(edition, newsletter, urls, pictures), newsletter, context)
        context["edition"] = view
        # Made of all that templates can print: no article can hold the marks of its own edition.
        seed = hashlib.sha256(repr(context).encode()).hexdigest()[:32]
        files: dict[str, bytes] = {each.path: each.content for each in published.files}
        for name, content in self._pages(view, newsletter, context, Marks.of(seed)).items():
            files[name] = content.encode()
        embedded = embedded_in(files["email.html"], view.url, files) if newsletter.images.embed else ()
        files["edition.json"] = _manifest(edition, newsletter, view, seed, embedded)
        return FrozenEdition(
            newsletter=newsletter.key,
            id=edition.id,
            slot=edition.slot,
            window=edition.window,
            title=view.title,
            subject=view.subject,
            preheader=view.preheader,
            hash=_hash(files),
            entries=tuple(_entries(edition, view, pictures)),
            files=dict(sorted(files.items())),
            joined=tuple((also.key, each.article.key) for each in edition.stories for also in each.also if also.key),
            problems=published.problems,
        )

    def _titled(self, view: EditionView, newsletter: Newsletter, known: Mapping[str, object]) -> EditionView:
        context = {**known, "edition": view}
        subject = self._render("subject.txt", context, newsletter)
        preheader = self._render("preheader.txt", context, newsletter)
        introduction = self._render("introduction.txt", context, newsletter)
        return replace(
            view, subject=one_line(subject), preheader=one_line(preheader), introduction=one_line(introduction)
        )

    def _pages(
        self, view: EditionView, newsletter: Newsletter, context: Mapping[str, object], marks: Marks
    ) -> dict[str, str]:
        reader = ReaderView(
            marks.address, leave_url(self._site, newsletter.key, marks.token), self._site.preferences_url
        )
        pages = {
            "index.html": self._render("edition.html", context, newsletter),
            "index.txt": self._render("text.txt", {**context, "reader": ReaderView()}, newsletter),
            "email.txt": self._render("text.txt", {**context, "reader": reader}, newsletter),
            "email.html": self._message({**context, "reader": reader}, view, newsletter),
        }
        for story in view.stories:
            if not story.canonical_url:
                paged = replace(story, html=Markup(scrollable(story.html)))  # noqa: S704 sanitised, see `views`
                pages[story.page_url] = self._render("story.html", {**context, "story": paged}, newsletter)
        return pages

    def _message(self, context: Mapping[str, object], view: EditionView, newsletter: Newsletter) -> str:
        """The message's HTML with as many stories as it may hold.

        Raises:
            TemplateError: A template is wrong, or makes too much of no story at all.
        """
        # premailer takes long to import, and most runs make no edition.
        from digest.render.email import inline_css  # noqa: PLC0415

        view = for_message(view, embedded=newsletter.images.embed)
        counts = [len(section.stories) for section in view.sections]
        made: dict[int, str] = {}

        def message(total: int) -> str:
            edition = shortened(view, shares(counts, total))
            if total not in made:
                made[total] = inline_css(self._render("email.html", {**context, "edition": edition}, newsletter))
            return made[total]

        whole = message(sum(counts))
        if fits(whole):
            return whole
        short = message(most_that_fit(sum(counts), lambda total: fits(message(total))))
        if not fits(short):
            raise TemplateError(
                f"makes {encoded_octets(short):,} octets without a story; at most {MOST_OCTETS - RESERVE:,} reach "
                "every reader whole: shorten the templates",
                place="templates/email.html",
            )
        return short

    def _render(self, name: str, context: Mapping[str, object], newsletter: Newsletter) -> str:
        return self._templates.render(name, context, language=newsletter.language, template=newsletter.template)


def _entries(edition: Edition, view: EditionView, pictures: Mapping[tuple[str, str], Picture]) -> Iterator[Entry]:
    sections = [section.title for section in edition.sections for _ in section.stories]
    for position, (story, seen, section) in enumerate(zip(edition.stories, view.stories, sections, strict=True)):
        article = story.article
        local = pictures.get((article.source, article.image.src)) if article.image else None
        mail = local.mail if local else None
        yield Entry(
            key=article.key,
            edition=edition.id,
            position=position,
            section=section,
            title=seen.title,
            url=seen.url,
            summary=seen.summary,
            html=absolute(str(seen.html), page=seen.url, pictures=view.url),
            author=seen.author,
            categories=article.categories,
            language=seen.language,
            published=article.published.instant if article.published else None,
            appeared=edition.slot + timedelta(seconds=position),
            image_url=seen.image.url if seen.image else "",
            image_type=mail.media_type if mail else "",
            image_bytes=len(mail.content) if mail else 0,
        )


def _manifest(edition: Edition, newsletter: Newsletter, view: EditionView, seed: str, embedded: Sequence[str]) -> bytes:
    """The edition for programs: what it holds and where it stands, without rendering."""
    stories = iter(view.stories)
    manifest = {
        "newsletter": newsletter.key,
        "edition": edition.id,
        "title": view.title,
        "subject": view.subject,
        "preheader": view.preheader,
        "language": newsletter.language,
        "url": view.url,
        **({"introduction": view.introduction} if view.introduction else {}),
        "slot": utc_text(edition.slot),
        "window": {"start": utc_text(edition.window.start), "end": utc_text(edition.window.end)},
        "sections": [
            {
                "title": section.title,
                "articles": [_manifest_article(story, next(stories)) for story in section.stories],
            }
            for section in edition.sections
        ],
        "mark": seed,
        # Decided with the edition: its messages stay what they are when the configuration changes.
        **({"embedded": list(embedded)} if embedded else {}),
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _manifest_article(story: Story, seen: StoryView) -> dict[str, object]:
    article = story.article
    return {
        "key": article.key,
        "title": article.title,
        "url": seen.url,
        "categories": list(article.categories),
        "author": article.author,
        "published": str(article.published) if article.published else None,
        "language": seen.language,
        "summary": _manifest_summary(story.summary),
        "minutes": seen.minutes,
        "image": seen.image.url or None if seen.image else None,
        **_copied_from(article.image, seen),
        **({"also": [asdict(other) for other in story.also]} if story.also else {}),
    }


def _copied_from(image: Image | None, seen: StoryView) -> dict[str, str]:
    """Where a picture was that is somebody else's and is published here: whoever asks for it to go finds it by that."""
    copied = image is not None and seen.image is not None and image.is_remote and seen.image.url != image.src
    return {"image_from": image.src} if image is not None and copied else {}


def _manifest_summary(summary: Summary) -> dict[str, str]:
    whole = {"text": summary.text, "method": summary.method}
    return {**whole, "reason": summary.reason} if summary.reason else whole


def _hash(files: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for path, content in sorted(files.items()):
        whole.update(f"{len(path)}:{path}{len(content)}:".encode())
        whole.update(content)
    return whole.hexdigest()
