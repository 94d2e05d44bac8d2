"""The preflight of an edition: its message is composed as for a reader, and looked at; nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.finding import marked
from digest.core.reader import NOBODY, Marks, Reader, leave_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.config import Settings
    from digest.core.edition import EditionRecord
    from digest.core.finding import Finding
    from digest.core.newsletter import Newsletter
    from digest.core.ports import Mailing


class Preflight:
    """Looks at editions before they leave.

    Args:
        settings: What config.yaml says.
        mailing: Makes an edition's messages.
    """

    def __init__(
        self,
        settings: Settings,
        mailing: Callable[[EditionRecord, Mapping[str, bytes], Newsletter], Mailing],
    ) -> None:
        self._settings = settings
        self._mailing = mailing

    def __call__(
        self, newsletter: Newsletter, record: EditionRecord, files: Mapping[str, bytes], *, sends: bool
    ) -> list[Finding]:
        """What is wrong with an edition; see `digest.core.ports.Inspector`."""
        # lxml and the checks are imported only where an edition is made.
        from digest.checks.edition import Draft, check  # noqa: PLC0415 see above

        site = self._settings.site
        known = Marks.among(files) is not None
        message = self._mailing(record, files, newsletter).envelope(Reader(0, 0, NOBODY)).message
        draft = Draft(
            newsletter=newsletter.key,
            message=message,
            files=files,
            folder=f"{site.url}{newsletter.key}/{record.id}/",
            organisation=newsletter.organisation or site.organisation,
            # Without its token: that is the reader's.
            leave=leave_url(site, newsletter.key, "") if known else "",
            sends=sends,
        )
        return marked(check(draft), self._settings.checks)
