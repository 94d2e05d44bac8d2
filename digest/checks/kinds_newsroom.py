"""Kinds of findings on a newsroom: configuration, articles, templates, and what the DNS says of its domains."""

from __future__ import annotations

from digest.core.finding import Kind

KINDS = (
    Kind(
        "CONF001", "warning", "site.url leads nowhere",
        "Every link in mail and feeds begins with it.", "Set site.url to where the output folder is served.",
    ),
    Kind(
        "CONF002", "warning", "no postal address",
        "Many countries ask senders of newsletters for a postal address.",
        "Set site.address, mail.organisation or the newsletter's organisation.",
    ),
    Kind(
        "CONF003", "warning", "messages lie where pages are served",
        "Whoever guesses the path reads recipients' addresses.", "Give the sink a folder outside of output.",
    ),
    Kind(
        "CONF004", "warning", "the pages for readers are not served by https",
        "Mailbox providers honour one click to unsubscribe at https addresses only [RFC 8058].",
        "Serve them by https and set web.url to that address.",
    ),
    Kind(
        "CONF005", "error", "a key to sign with cannot be read",
        "No message can be composed without it.", "Put the file there, or take the key out of mail.dkim.",
    ),
    Kind(
        "CONF006", "warning", "no key signs for the sender's domain",
        "Unsigned mail is put into spam folders, and one click to leave is honoured only where a signature covers it.",
        "`digest keys make` makes a key; name it under mail.dkim.",
    ),
    Kind(
        "CONF007", "warning", "bounces are read, but no address is theirs",
        "What comes back names no delivery then, and nobody is suppressed.",
        "Set mail.bounces to an address that comes to where bounces reads.",
    ),
    Kind(
        "CONF008", "warning", "events of a provider that no relay is of",
        "They name no delivery, so they change nothing.", "Say `provider:` beside the relay's host.",
    ),
    Kind(
        "CONF009", "error", "the output folder cannot be written",
        "No page and no feed can be published.", "Make the folder writable, or name another one as output.",
    ),
    Kind(
        "CONF010", "warning", "an ignored finding that there is not",
        "What is ignored without need may hide a new mistake.", "Take the entry out of checks.ignore.",
    ),
    Kind(
        "CONF011", "warning", "notes to the operator leave by no sink that sends",
        "They become files, which nobody looks at while nothing seems to be wrong.",
        "Add a sink of type smtp, or take notify out.",
    ),
    Kind(
        "CONF012", "warning", "the model does not answer",
        "Stories get sentences of their articles in place of its summaries.",
        "Mend what the message names; then try `digest summarize --model FILE`.",
    ),
    Kind(
        "ART001", "error", "a source cannot be read",
        "None of its articles can be in the edition.", "See the message: make the source readable.",
    ),
    Kind(
        "ART002", "error", "an article is set aside",
        "Readers never see it.", "Mend the line that is named.",
    ),
    Kind(
        "ART003", "warning", "something in an article was not understood",
        "It may stand elsewhere or look otherwise than its author meant.", "Mend the line that is named.",
    ),
    Kind(
        "EDIT001", "error", "the edition cannot be made",
        "There will be none at its slot.", "Mend the template or the file that is named.",
    ),
    Kind(
        "EDIT002", "warning", "something was left out of the edition",
        "Readers see less than the article has.", "Put the picture where the article names it.",
    ),
    Kind(
        "EDIT003", "warning", "no slot is to come",
        "The newsletter will not come out again.", "Change schedule, end or blackout.",
    ),
    Kind(
        "EDIT004", "warning", "the edition would have no story",
        "There will be none at its slot.", "Add articles, or look at include, exclude and sections.",
    ),
    Kind(
        "TMPL001", "warning", "no link to unsubscribe is printed",
        "Readers and the law ask for one that can be seen.", "Print {{ reader.unsubscribe_url }} in the template.",
    ),
    Kind(
        "TMPL002", "warning", "a template's own marks are printed",
        "Readers see {{ or {% where words were meant.", "Close the expression in the template, or the article's text.",
    ),
    Kind(
        "TMPL003", "warning", "a template that nothing uses",
        "It was meant to change something, and changes nothing.", "Give it the name of the template it is to replace.",
    ),
    Kind(
        "FEED001", "error", "a feed that cannot be read",
        "Readers' programs show nothing of it.", "Mend the template, or report it: feeds are made by digest.",
    ),
    Kind(
        "FEED002", "error", "a feed that lacks what its format asks for",
        "Programs drop the entry or the feed [RFC 4287 section 4.1, RSS 2.0, JSON Feed 1.1].",
        "Give the newsletter a title and a description.",
    ),
    Kind(
        "FEED003", "error", "a date in another form than the format's",
        "Programs sort the entry to the end, or to 1970.", "RFC 3339 in Atom and JSON, RFC 822 in RSS, with a zone.",
    ),
    Kind(
        "FEED004", "error", "an id that is there twice",
        "Programs show only one of the two entries.", "Give each article its own id.",
    ),
    Kind(
        "FEED005", "warning", "a feed that names the wrong address as its own",
        "Programs subscribe to that address, or find no page.", "Set site.url to where output is served.",
    ),
    Kind(
        "FEED006", "warning", "a feed that links to what readers cannot reach",
        "The entry leads nowhere.", "Give the article an address that is reachable from outside.",
    ),
    Kind(
        "FEED007", "error", "feeds that tell different things",
        "Whoever changes from one format to another sees entries again, or misses some.", "Report it.",
    ),
    Kind(
        "DNS001", "error", "a domain takes no mail",
        "Replies and bounces are lost, and many servers refuse mail from a domain that takes none.",
        "Publish an MX record.",
    ),
    Kind(
        "DNS002", "warning", "no SPF record",
        "Gmail and Yahoo ask every sender for SPF or DKIM, and those of bulk mail for both.",
        "Publish a TXT record v=spf1 that names the hosts which send [RFC 7208].",
    ),
    Kind(
        "DNS003", "error", "an SPF record that does not work",
        "Receivers take it for a permanent error, which counts as a failure [RFC 7208 section 2.6.7].",
        "Publish one record, of known mechanisms, with at most ten that ask the DNS, and not with +all.",
    ),
    Kind(
        "DNS004", "error", "no DKIM record for a key",
        "Signatures by the key fail, and DMARC with them.", "Publish what `digest keys dns` prints.",
    ),
    Kind(
        "DNS005", "error", "a DKIM record of another key",
        "Signatures by the key fail, and DMARC with them.", "Publish what `digest keys dns` prints.",
    ),
    Kind(
        "DNS006", "warning", "a DKIM record for tests",
        "With t=y receivers treat signed mail like unsigned mail [RFC 6376 section 3.6.1].", "Take t=y out of it.",
    ),
    Kind(
        "DNS007", "warning", "no DMARC record",
        "Gmail and Yahoo ask senders of bulk mail for one.", "Publish _dmarc with v=DMARC1; p=none to begin with.",
    ),
    Kind(
        "DNS008", "error", "a DMARC record that does not work",
        "Receivers act as if there were none [RFC 7489 section 6.6.3].",
        "Publish one record that begins with v=DMARC1 and has p=none, quarantine or reject.",
    ),
    Kind(
        "DNS009", "warning", "the DNS did not answer",
        "What it says of the domain is not known.", "Try again; then ask whoever runs the name servers.",
    ),
)  # fmt: skip
