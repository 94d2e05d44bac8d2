"""The message's HTML: CSS inlined once an edition, offline."""

from __future__ import annotations

import logging

from premailer import Premailer


def inline_css(html: str) -> str:
    """Inline the rules of `<style>`; those of `<style data-premailer="ignore">` stay as they are.

    Nothing is fetched, `!important` is kept (dark mode and phones need it), `#fragment` links stay as they are.
    """
    inlined: str = Premailer(
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
