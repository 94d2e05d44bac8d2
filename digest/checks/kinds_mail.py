"""Kinds of findings on a message: its header, links, pictures, size, markup, and what clients make of it.

An error is what gets mail refused, breaks it, or leads readers nowhere; a warning is what makes it worse.
"""

from __future__ import annotations

from digest.core.finding import Kind

KINDS = (
    Kind(
        "LINK001", "error", "a link that is no address",
        "It leads nowhere.", "Write it as https://host/path; a space is %20.",
    ),
    Kind(
        "LINK002", "error", "a relative link",
        "A message has no address that it could be relative to.", "Write the whole address, with https://.",
    ),
    Kind(
        "LINK003", "warning", "a link without TLS",
        "Anybody on the way can read and change what it shows; some clients warn of it.", "Link to https://.",
    ),
    Kind(
        "LINK004", "error", "a link to this machine or a private network",
        "Readers cannot reach it.", "Link to an address that is reachable from outside.",
    ),
    Kind(
        "LINK005", "error", "a link to what is gone",
        "Readers find an error page.", "Mend the link, or take it out.",
    ),
    Kind(
        "LINK006", "warning", "a link that did not answer as it should",
        "Readers may find nothing there either.", "Follow it by hand; mend the link, or wait for the site.",
    ),
    Kind(
        "LINK007", "warning", "a link to a place that is not in the message",
        "Clicking it does nothing.", "Give the element that is meant this id.",
    ),
    Kind(
        "LINK008", "error", "a link of a kind that mail does not have",
        "Clients drop it, and filters take it for an attack.", "Link to https://, mailto: or tel:.",
    ),
    Kind(
        "IMG001", "warning", "a picture without width and height",
        "The text jumps while pictures load, and Outlook shows them at full size.", "Set both attributes, in pixels.",
    ),
    Kind(
        "IMG002", "error", "a picture of the edition that is not there",
        "Readers see a broken picture.", "Name a picture that is published with the edition.",
    ),
    Kind(
        "IMG003", "warning", "a picture inside the markup",
        "Gmail and Outlook do not show data: URLs, and they count towards the size.", "Publish it as a file.",
    ),
    Kind(
        "IMG004", "warning", "a heavy picture",
        "On a phone it loads slowly or not at all; a megabyte is plenty.", "Make it smaller.",
    ),
    Kind(
        "SIZE001", "error", "the HTML is too long",
        "Gmail cuts messages at 102 kB: the end, with the link to unsubscribe, is hidden.",
        "Print fewer stories (maximum, limit) or shorter summaries (summary_words).",
    ),
    Kind(
        "SIZE002", "warning", "the encoded HTML is long",
        "Non-ASCII letters take up to nine octets on the wire; programs that count those may cut the message.",
        "Print fewer stories or shorter summaries.",
    ),
    Kind(
        "SIZE003", "error", "the message is too heavy",
        "Many servers refuse a message of more than ten megabytes.",
        "Let it name its pictures (images.embed: false), or make them smaller (images.budget).",
    ),
    Kind(
        "SIZE004", "warning", "the message is heavy",
        "Every reader's copy weighs that: it goes out slowly, and fills mailboxes.",
        "Let it name its pictures (images.embed: false), or make them smaller (images.budget).",
    ),
    Kind(
        "MSG001", "error", "a header field that is missing or there twice",
        "From, To, Date, Message-ID and Subject stand once in a message [RFC 5322 section 3.6]; Gmail refuses others.",
        "Write it once.",
    ),
    Kind(
        "MSG002", "error", "a From field that is not one mailbox",
        "DMARC cannot be judged, and the message is refused.", "Write `from: Name <address>` in the newsletter.",
    ),
    Kind(
        "MSG003", "error", "a date that is none",
        "Clients sort the message where nobody looks, and filters count it [RFC 5322 section 3.3].",
        "Write it as RFC 5322 asks, with its zone.",
    ),
    Kind(
        "MSG004", "error", "a bare line break",
        "Lines end with CRLF [RFC 5321 section 2.3.8]; servers refuse other ends, as messages are smuggled by them.",
        "End every line with CRLF.",
    ),
    Kind(
        "MSG005", "error", "a line that is too long",
        "Lines have at most 998 octets [RFC 5322 section 2.1.1]; servers break or refuse longer ones.",
        "Fold it, or encode the part.",
    ),
    Kind(
        "MSG006", "warning", "a header line that could be folded",
        "Lines of more than 78 octets are asked to be folded where they can be [RFC 5322 section 2.1.1].",
        "Fold it at white space.",
    ),
    Kind(
        "MSG007", "error", "a header that is not ASCII",
        "Servers without SMTPUTF8 refuse it [RFC 5322 section 2.2].", "Encode the text [RFC 2047].",
    ),
    Kind(
        "MSG008", "error", "an encoded-word where there is none, or too long",
        "It has at most 75 characters and is never part of an address or a URI [RFC 2047 sections 2 and 5].",
        "Encode the words of a text only, in pieces.",
    ),
    Kind(
        "MSG009", "warning", "no way to leave with one click",
        "Gmail and Yahoo ask senders of bulk mail for it [RFC 8058].", "Set web.url, where readers can leave.",
    ),
    Kind(
        "MSG010", "error", "a List-Unsubscribe field that does not work",
        "There is one, with one https address and perhaps a mailto beside it [RFC 2369, RFC 8058].",
        "Write <https://...> and nothing encoded.",
    ),
    Kind(
        "MSG011", "error", "a List-Unsubscribe-Post field that does not work",
        "It is List-Unsubscribe=One-Click, beside an https address, or not there at all [RFC 8058].",
        "Write exactly that.",
    ),
    Kind(
        "MSG012", "error", "a signature that leaves something open",
        "What it does not cover can be replaced on the way; One-Click counts only where both fields are signed.",
        "Sign List-Unsubscribe and List-Unsubscribe-Post, From once more than it is there, with an aligned domain.",
    ),
    Kind(
        "MSG013", "error", "no List-Id, or one that is none",
        "Readers sort by it, and providers know a list by it [RFC 2919].", "Write `phrase <label.domain>`.",
    ),
    Kind(
        "MSG014", "warning", "nothing says that this is bulk mail",
        "Programs that answer by themselves answer it [RFC 3834].", "Write Precedence: bulk or Auto-Submitted.",
    ),
    Kind(
        "MSG015", "error", "a message that is not plain text, then HTML",
        "Clients show the last part they know [RFC 2046 section 5.1.4]; those without HTML show nothing of use.",
        "Write multipart/alternative, text/plain before text/html.",
    ),
    Kind(
        "MSG016", "warning", "the parts have different links",
        "Who reads the plain text cannot go where others can.", "Print each link in both templates.",
    ),
    Kind(
        "MSG017", "warning", "the message does not say who sends it, or where it is on the web",
        "The law and readers ask for the organisation, and whoever sees a broken message for its web copy.",
        "Print {{ newsletter.organisation }} or the site's, and {{ edition.url }}, in both templates.",
    ),
    Kind(
        "HTML001", "error", "active content",
        "Clients remove scripts, forms and frames, and filters refuse messages that have them.", "Take it out.",
    ),
    Kind(
        "HTML002", "warning", "no language or direction",
        "Screen readers pronounce the text wrongly; lists and numbers stand on the wrong side.",
        "Write lang and dir at <html>.",
    ),
    Kind(
        "HTML003", "warning", "not exactly one title",
        "It names the tab and the message for a screen reader.", "Write one <title> with words in it.",
    ),
    Kind(
        "HTML004", "warning", "a layout table that reads as data",
        "Screen readers announce rows and columns.", "Write role=presentation, or <th> if it is data.",
    ),
    Kind(
        "HTML005", "warning", "no preheader",
        "The list of messages shows whatever stands first: a menu, an address.",
        "Begin the body with a hidden line of text.",
    ),
    Kind(
        "HTML006", "warning", "an id that is there twice",
        "Links to it lead to the first one only.", "Give each its own.",
    ),
    Kind(
        "HTML007", "warning", "no viewport, or no colour scheme",
        "Phones show the page shrunk; clients in dark mode invert its colours by guess.",
        "Write <meta name=viewport> and <meta name=color-scheme content='light dark'>.",
    ),
    Kind(
        "A11Y001", "warning", "a picture without alt text",
        "Who does not see pictures hears a file name, and most clients block pictures at first.",
        "Write alt; alt='' where it is only decoration.",
    ),
    Kind(
        "A11Y002", "warning", "headings out of order",
        "Screen readers go from heading to heading; a missing level sounds like missing text.",
        "Begin with one h1, and go one level deeper at a time.",
    ),
    Kind(
        "A11Y003", "warning", "too little contrast",
        "Text of less than 4.5:1 (3:1 if it is large) cannot be read in the sun or with weak eyes [WCAG 2.2, 1.4.3].",
        "Make the text darker or its background lighter.",
    ),
    Kind(
        "A11Y004", "warning", "a link without words",
        "Screen readers have nothing to say for it.", "Write text, alt or aria-label.",
    ),
    Kind(
        "A11Y005", "warning", "a link whose words say nothing",
        "Out of its sentence nobody knows where it leads.", "Name what is behind it, also by aria-label.",
    ),
    Kind(
        "SPAM001", "warning", "a subject in capitals",
        "It reads like shouting, and filters count it.", "Write it like a sentence.",
    ),
    Kind(
        "SPAM002", "warning", "a subject that shouts with signs",
        "Rows of !, ? or currency signs are what filters look for.", "One sign is enough.",
    ),
    Kind(
        "SPAM003", "warning", "hardly any plain text",
        "A message whose text says much less than its HTML hides something, to a filter.",
        "Print the stories in text.txt too.",
    ),
    Kind(
        "SPAM004", "warning", "pictures with hardly any words",
        "Filters cannot read pictures, and many readers do not see them.", "Say in words what they show.",
    ),
    Kind(
        "SPAM005", "warning", "a link that names another host",
        "Words that are one address over a link to another are what phishing looks like.",
        "Let the words name where the link leads.",
    ),
    Kind(
        "SPAM006", "warning", "a shortened link",
        "Shorteners hide where a link leads; their hosts are on blocklists.", "Link to the page itself.",
    ),
    Kind(
        "SPAM007", "warning", "a link to a bare IP address",
        "Only attackers and printers live at bare addresses.", "Link to a name.",
    ),
    Kind(
        "SPAM008", "warning", "a subject that is empty or very long",
        "Nobody opens the one, and lists cut the other after some seventy characters.",
        "Write subject.txt so that it has words, and at most 150 characters.",
    ),
    Kind(
        "CLNT001", "warning", "CSS that a client does not know",
        "The message looks otherwise there, and nothing stands in for it.",
        "Write it in another way, or beside what every client knows; see docs/checks.md for what is accepted.",
    ),
    Kind(
        "CLNT002", "warning", "HTML that a client does not know",
        "The message looks otherwise there, and nothing stands in for it.",
        "Use another element, or put inside what clients without it are to show.",
    ),
    Kind(
        "CLNT003", "warning", "a picture format that a client does not show",
        "Its readers see the alt text at best.", "Use JPEG, PNG or GIF.",
    ),
)  # fmt: skip
