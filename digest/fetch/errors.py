"""What goes wrong with one address while it is fetched. None of them leaves this package: each becomes an outcome."""

from __future__ import annotations

LATER = "it is tried again later"


class FetchError(Exception):
    """An address gives nothing.

    Args:
        what: What is wrong; goes on from the address, or is whole, as each class says.
        advice: What to do about it, where it is a source's address.
    """

    def __init__(self, what: str, advice: str = LATER) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice

    def at(self, place: str) -> tuple[str, str]:
        """The same of an address, whole."""
        return f"{place} {self.what}", self.advice


class GuardError(FetchError):
    """It is not dialled; goes on from the address."""


class ReachError(FetchError):
    """Its server is not reached, or breaks off; goes on from the address."""


class ContentError(FetchError):
    """Its content is too large, or not in the coding it is said to be in; goes on from the address."""


class RefusedError(FetchError):
    """It is not to be asked; whole."""


class FailedError(FetchError):
    """It was asked in vain; whole."""
