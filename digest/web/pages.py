"""What readers see, as HTML: by the template `reader.html`, in the newsletter's language and look."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from digest.core.errors import TemplateError
from digest.core.theme import Theme
from digest.delivery.envelope import mailbox
from digest.render.views import direction, site_view, theme_view
from digest.web.guard import CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.core.newsletter import Newsletter, Site
    from digest.web.readers import Seen

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Renderer(Protocol):
    """Renders templates; see `digest.render.templates.Templates`."""

    def render(self, name: str, context: Mapping[str, object], *, language: str, template: str = "standard") -> str:
        """The text of a template of a set.

        Raises:
            TemplateError: It is wrong.
        """
        ...

    def theme(self, template: str) -> Theme:
        """The look that a set brings.

        Raises:
            TemplateError: It is wrong.
        """
        ...


class Pages:
    """Makes pages; for one thread.

    Args:
        own: The newsroom's templates, the built-in ones behind them.
        builtin: The built-in ones alone, for when its own are wrong: nobody must be kept from leaving by that.
        site: Who publishes.
        newsletters: All there are, by key.
        failed: Told of a template that is wrong.
    """

    def __init__(
        self,
        own: Renderer,
        builtin: Renderer,
        site: Site,
        newsletters: Mapping[str, Newsletter],
        failed: Callable[[Exception], None],
    ) -> None:
        self._own = own
        self._builtin = builtin
        self._site = site
        self._newsletters = newsletters
        self._failed = failed

    def page(self, seen: Seen, key: str, mistake: str = "") -> str:
        """A page as HTML.

        Args:
            seen: What it is about.
            key: The newsletter's, which config.yaml may not have any more; its title is not shown where the link is
                not one of ours, for then the key may be anything.
            mistake: Name of the phrase that says what was wrong with what was sent; empty when nothing was.
        """
        newsletter = self._newsletters.get(key)
        language = newsletter.language if newsletter else self._site.language
        template = newsletter.template if newsletter else "standard"
        theme = newsletter.theme if newsletter else Theme()
        context = {
            "page": {"kind": seen.kind, "mistake": mistake, "address": seen.address},
            "newsletter": {
                "title": newsletter.title if newsletter else self._site.title if seen.kind == "unknown" else key,
                "language": language,
                "direction": direction(language),
                "contact": mailbox(newsletter.sender).addr_spec if newsletter else "",
            },
            "site": site_view(self._site),
        }

        def render(templates: Renderer) -> str:
            look = theme_view(theme.on(templates.theme(template)))
            return templates.render("reader.html", {**context, "theme": look}, language=language, template=template)

        try:
            return render(self._own)
        except TemplateError as error:
            self._failed(error)
            return render(self._builtin)


def policy(html: str) -> str:
    """The Content-Security-Policy of a page: its own styles, by their hashes, and nothing else."""
    styles = (b64encode(sha256(text.encode()).digest()).decode() for text in _STYLE.findall(html))
    allowed = " ".join(f"'sha256-{each}'" for each in styles)
    return f"{CLOSED}; style-src {allowed}" if allowed else CLOSED
