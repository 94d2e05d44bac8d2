"""What was posted to a webhook, verified and read by the service that its way in names."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.bounces.ways import from_environment
from digest.bounces.webhooks import mailgun, postmark, sendgrid, ses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.bounces.ways import WebhookWay
    from digest.bounces.webhooks.fetching import Fetcher
    from digest.core.bounce import Report

_TOKENS = 50_000


@dataclass(frozen=True, slots=True)
class Post:
    """A request to a webhook.

    Attributes:
        headers: Of the request.
        body: As posted, to the byte.
        token: The secret that stood behind `?token=` in its address; empty where none did.
    """

    headers: Mapping[str, str]
    body: bytes
    token: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a post says.

    Attributes:
        reports: What it reports; nothing, of many.
        visit: An address to visit once, so that SNS begins to post; empty for any other.
        tokens: Of its signature, to be remembered once all of it is taken.
    """

    reports: tuple[Report, ...]
    visit: str = ""
    tokens: tuple[str, ...] = ()


class Reader:
    """Reads what is posted to one webhook. For one thread.

    Args:
        way: The way in, which names the service.
        environ: Where secrets are kept.
        fetcher: Gets the certificates of SNS.
    """

    def __init__(self, way: WebhookWay, environ: Mapping[str, str], fetcher: Fetcher) -> None:
        self._way = way
        self._environ = environ
        self._fetcher = fetcher
        self._seen: OrderedDict[str, None] = OrderedDict()

    def read(self, post: Post, now: datetime) -> Read:
        """What a post says.

        Args:
            post: The request.
            now: The instant, aware.

        Raises:
            ForgedError: It is not from whom it says, or not fresh.
            SourceError: It cannot be read.
            DigestError: It cannot be verified now: a secret is not set, a certificate cannot be had.
        """
        way = self._way
        if way.provider == "ses":
            settings, fetch = ses.Settings(way.topics), self._fetcher.certificate
            visit = ses.confirmation(post.body, settings, now, fetch)
            return Read(() if visit else tuple(ses.read(post.headers, post.body, settings, now, fetch)), visit)
        if way.provider == "mailgun":
            key = mailgun.Settings(self._secret(way.signing_key))
            tokens: list[str] = []

            def seen(token: str) -> bool:
                tokens.append(token)
                return token in self._seen

            return Read(tuple(mailgun.read(post.headers, post.body, key, now, seen)), tokens=tuple(tokens))
        if way.provider == "sendgrid":
            return Read(tuple(sendgrid.read(post.headers, post.body, sendgrid.Settings(way.public_key), now)))
        shown = postmark.Settings(
            way.username,
            self._secret(way.password) if way.password else "",
            self._secret(way.token) if way.token else "",
        )
        return Read(tuple(postmark.read(post.headers, post.body, shown, now, token=post.token)))

    def taken(self, read: Read) -> None:
        """Remember that all of it was taken: a signature that is used again is refused from now on.

        Not before, for what could not be taken is posted again, with the same signature.
        """
        self._seen.update(dict.fromkeys(read.tokens))
        while len(self._seen) > _TOKENS:
            self._seen.popitem(last=False)

    def _secret(self, variable: str) -> str:
        return from_environment(self._environ, variable, self._way.place)
