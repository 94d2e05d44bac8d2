"""What a mail service that replaces the envelope sender is told of it, in a header field that its webhooks give back.

Named by Postmark (custom metadata FAQ), Mailgun (user manual, attaching metadata to messages) and Twilio SendGrid (SMTP
API, unique arguments). Amazon SES needs none: its notifications name the sender that MAIL named, as `mail.source`. The
field stands above any signature and is covered by none, so that a service may take it out, as some do.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digest.core.bounce import VERP_KEY

if TYPE_CHECKING:
    from digest.core.bounce import Provider


def verp_field(provider: Provider | None, sender: str) -> bytes:
    """The header field, with its line break; nothing where none is needed.

    Args:
        provider: The service; None when it is none of those known.
        sender: The envelope sender, an ASCII address that can stand in MAIL.
    """
    if provider == "postmark":
        return f"X-PM-Metadata-{VERP_KEY}: {sender}\r\n".encode()
    if provider == "mailgun":
        return f"X-Mailgun-Variables: {json.dumps({VERP_KEY: sender})}\r\n".encode()
    if provider == "sendgrid":
        return f"X-SMTPAPI: {json.dumps({'unique_args': {VERP_KEY: sender}})}\r\n".encode()
    return b""
