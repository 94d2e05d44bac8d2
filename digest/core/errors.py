"""Every error this package raises on purpose.

    DigestError
     +-- ConfigError         config.yaml is wrong (exit code 2); carries every mistake at once
     +-- UsageError          the command line asks for what there is not (exit code 2)
     +-- SourceError         a whole source cannot be read
     |    +-- NotAPageError       a text is no saved news page
     +-- TemplateError       a template is wrong, or does not end
     +-- PreflightError      an edition has what it must not be sent with
     +-- StoreError          the store cannot be opened, read or written
     +-- ClaimError          another process works on the newsletter
     +-- OutputError         a file cannot be written, a message not be handed over
     |    +-- DeferredError       not this time; may be tried again
     |    +-- UncertainError      nobody knows whether a message arrived
     +-- MailboxError        a mailbox of reports cannot be reached or read
     +-- ForgedError         a webhook's event is not from whom it says, or not fresh

Each names its place (file:line, config key, newsletter) and says what to do.
What concerns one article only is no error but a `Problem`: the article is set aside, the rest goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.core.finding import Finding
    from digest.core.model import Problem


class DigestError(Exception):
    """Root of all errors a person can cause or mend.

    Args:
        message: What is wrong and what to do, in one or two sentences.
        place: Where: `file:line`, a config key, a newsletter; empty when the message says it.
    """

    exit_code = 1

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class ConfigError(DigestError):
    """The configuration is wrong; `problems` holds every mistake found, in file order."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(DigestError):
    """The command line names something that does not exist."""

    exit_code = 2


class SourceError(DigestError):
    """A whole source cannot be read: its folder is missing, say."""


class NotAPageError(SourceError):
    """A text is not a saved news page."""


class TemplateError(DigestError):
    """A template has a syntax error, names something unknown, or does not end."""


class PreflightError(DigestError):
    """An edition has what it must not be sent with; it is not made, and will be once that is mended.

    Args:
        newsletter: Its newsletter's key.
        findings: The errors, at least one.
    """

    def __init__(self, newsletter: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        more = f", and {len(self.findings) - 1} more" if len(self.findings) > 1 else ""
        super().__init__(
            f"the edition is not sent: {first}. {first.remedy} `digest check {newsletter}` says more{more}; "
            "what you can live with is named under 'checks'",
            place=newsletter,
        )


class StoreError(DigestError):
    """The store cannot be opened, read or written."""


class ClaimError(DigestError):
    """Another process works on the newsletter, or took the work over because this one seemed to be gone."""


class OutputError(DigestError):
    """An output file cannot be written."""


class DeferredError(OutputError):
    """A message was not taken this time: it may be tried again."""


class UncertainError(OutputError):
    """Nobody knows whether a message was taken: trying again may send it twice."""


class MailboxError(DigestError):
    """A mailbox of bounce reports cannot be reached, or not be read; may be tried again."""


class ForgedError(DigestError):
    """An event at a webhook is not signed by whom it says it is from, or is not fresh: nothing of it is believed."""
