"""The message's HTML: CSS inlined once an edition, offline."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from lxml import etree
from premailer import Premailer
from premailer.premailer import cssutils

from digest.core.errors import TemplateError


class _Offline(Premailer):  # type: ignore[misc] # premailer ships no types
    """Premailer that resolves no `@import`: `allow_network` does not hold back the CSS parser beneath it."""

    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:  # noqa: FBT001, FBT002 premailer's own
        return _parsed(css_body, validate=validate)


@lru_cache(maxsize=8)
def _parsed(css: str, *, validate: bool) -> Any:
    """A style sheet, kept: the next edition most often has the same.

    Premailer marks rules of it as important; done again, that changes nothing.
    """
    parser = cssutils.CSSParser(fetcher=lambda _url: (None, b""), validate=validate)
    # What hides a style sheet from browsers of 1995 means nothing, and cssutils trips over it.
    return parser.parseString(css.replace("<!--", "").replace("-->", ""))


def inline_css(html: str) -> str:
    """Inline the rules of `<style>`; those of `<style data-premailer="ignore">` stay as they are.

    Nothing is fetched, `!important` is kept (dark mode and phones need it), `#fragment` links stay as they are.

    Raises:
        TemplateError: There is no HTML to inline them into.
    """
    if not html.strip() or etree.HTML(html) is None:
        raise TemplateError("has no HTML in it", place="templates/email.html")
    inlined: str = _Offline(
        html,
        allow_network=False,
        # Else it adds attributes that HTML has dropped; Outlook on Windows gets its own tables in comments.
        disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
        cssutils_logging_level=logging.CRITICAL,
        disable_validation=True,
        keep_style_tags=False,
        preserve_internal_links=True,
        remove_classes=False,
        strip_important=False,
    ).transform()
    return inlined
