"""Builds messages: an edition for its readers, a question to one of them, and the keys that sign both."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from digest.core.errors import UsageError
from digest.core.reader import Reader, confirm_url
from digest.core.roster import CONFIRMABLE
from digest.delivery.dkim import SigningKey
from digest.delivery.envelope import mailbox
from digest.delivery.keyfiles import DatedKey, read_key, signing
from digest.delivery.mailing import Mailing, Sending, made
from digest.delivery.note import note_message
from digest.delivery.tokens import confirm_token
from digest.delivery.verp import encode_confirmation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.config import Settings
    from digest.core.edition import EditionRecord
    from digest.core.envelope import Envelope
    from digest.core.newsletter import Newsletter
    from digest.core.notes import News
    from digest.render.templates import Templates
    from digest.store.opening import Store


class Messages:
    """What one newsroom's messages are made with. Not shared between threads.

    Args:
        settings: What config.yaml says.
        store: Has the editions, the readers and the secret of tokens.
        templates: The newsroom's, as they are now; called only where a template is used.
    """

    def __init__(self, settings: Settings, store: Store, templates: Callable[[], Templates]) -> None:
        self._settings = settings
        self._store = store
        self._templates = templates
        self._last: tuple[tuple[object, ...], Mailing] | None = None

    @cached_property
    def _keys(self) -> tuple[DatedKey, ...]:
        return tuple(
            DatedKey(SigningKey(one.domain, one.selector, read_key(one.path)), one.start)
            for one in self._settings.mail.dkim
        )

    def signers(self, newsletter: Newsletter, when: datetime) -> tuple[SigningKey, ...]:
        """The keys that sign messages of a newsletter dated so (in UTC).

        Raises:
            ConfigError: A key cannot be read.
        """
        return signing(self._keys, mailbox(newsletter.sender).domain, when.date())

    def mailing(
        self, record: EditionRecord, files: Mapping[str, bytes], newsletter: Newsletter, *, variant: str = ""
    ) -> Mailing:
        """The messages of an edition, signed by the keys that sign on its day.

        The last one is kept: an edition goes to several sinks, and the files of some are looked at once more.

        Args:
            record: The edition.
            files: Its frozen files.
            newsletter: Its newsletter.
            variant: As of `Mailing`.

        Raises:
            ConfigError: A key cannot be read.
        """
        made_of = (record, dict(files), newsletter, variant)
        if self._last is None or self._last[0] != made_of:
            keys = self.signers(newsletter, made(record))
            sending = Sending(key=self._store.secret, bounces=self._settings.mail.bounces, keys=keys)
            mailing = Mailing(record, files, newsletter, self._settings.site, sending, variant=variant)
            self._last = made_of, mailing
        return self._last[1]

    def confirmation(self, newsletter: Newsletter, subscriber: int, now: datetime) -> Envelope:
        """The message that asks a subscriber to confirm: its link works for a week.

        Args:
            newsletter: To which.
            subscriber: Number of the subscriber.
            now: Its date.

        Raises:
            UsageError: There is no such subscriber, or no page that the link could name.
            TemplateError: A template is wrong.
            ConfigError: A key to sign with cannot be read.
        """
        # Imported only here: whoever delivers an edition renders nothing.
        from digest.delivery.confirmation import Texts, confirmation_message  # noqa: PLC0415 see above
        from digest.render.views import direction, site_view, theme_view  # noqa: PLC0415 see above

        site = self._settings.site
        person = self._store.roster.subscriber(subscriber)
        if person is None:
            raise UsageError(f"there is no subscriber {subscriber}", place=newsletter.key)
        if not site.readers_url:
            raise UsageError("is not set: without it there is no page to confirm on", place="web.url")
        token = confirm_token(self._store.secret, newsletter.key, subscriber, now + CONFIRMABLE)
        context: dict[str, object] = {
            "newsletter": {
                "title": newsletter.title,
                "language": newsletter.language,
                "direction": direction(newsletter.language),
                "organisation": newsletter.organisation,
            },
            "site": site_view(site),
            "reader": {
                "address": person.address,
                "confirm_url": confirm_url(site.readers_url, newsletter.key, token),
            },
        }
        templates = self._templates()
        template = newsletter.template
        context["theme"] = theme_view(newsletter.theme.on(templates.theme(template)))
        names = ("confirm-subject.txt", "confirm.txt", "confirm.html")
        texts = Texts(
            *(templates.render(name, context, language=newsletter.language, template=template) for name in names)
        )
        reader = Reader(0, subscriber, person.address, person.name)
        keys = self.signers(newsletter, now)
        base = self._settings.mail.bounces
        bounces = encode_confirmation(base, subscriber, self._store.secret) if base else ""
        return confirmation_message(newsletter, reader, texts, token=token, now=now, keys=keys, bounces=bounces)

    def note(self, address: str, news: News, now: datetime) -> Envelope:
        """The message that tells the operator what is news; from the first newsletter's sender, as it has a key.

        Args:
            address: Whom it is for.
            news: What it tells.
            now: Its date.

        Raises:
            TemplateError: A template is wrong.
            ConfigError: A key to sign with cannot be read.
        """
        from digest.render.views import note_view, site_view  # noqa: PLC0415 as in `confirmation`

        newsletter = next(iter(self._settings.newsletters.values())).newsletter
        context = {"site": site_view(self._settings.site), "note": note_view(news, self._settings.path)}
        templates = self._templates()
        # What it quotes are the words of `digest status`: English, as all that is for the operator.
        subject, text = (templates.render(name, context, language="en") for name in ("note-subject.txt", "note.txt"))
        keys = self.signers(newsletter, now)
        return note_message(newsletter.sender, address, subject=subject, text=text, now=now, keys=keys)
