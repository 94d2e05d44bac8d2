"""What servers say when they refuse, in the order in which it is believed.

No server means the same by a code as the next one does: 5.7.1 is a spam filter here and a wrong address there. So the
words come first, and a code decides where no words do (`digest.bounces.verdict`). Each rule is one line: what it is
called, the kind, and the words. The first that is found holds; so what is narrow or harmless stands before what is wide
or final. Texts are searched in small letters, without addresses and links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.bounces.foreign import FULL, UNKNOWN

if TYPE_CHECKING:
    from digest.core.bounce import Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """Words, and what they mean.

    Attributes:
        why: The rule's name, for people.
        kind: What it makes of a report.
        pattern: The words, matched anywhere.
    """

    why: str
    kind: Kind
    pattern: re.Pattern[str]


_BOX = (
    r"(?:mail ?box|in-?box|mail ?drop|mail ?folder|mail ?dir|account|user|recipient|address|addressee|e-?mail"
    r"|customer)"
)
_IS = r"(?:is|was|has been|have been|are|had been|seems to be|appears to be)"
_NOT = r"(?:does not|doesn['’`]?t|do not|don['’`]?t|did not|didn['’`]?t|can ?not|can['’`]?t|could not|couldn['’`]?t)"


def _rule(why: str, kind: Kind, *words: str) -> Rule:
    return Rule(why, kind, re.compile("|".join(words), re.IGNORECASE))


RULES: tuple[Rule, ...] = (
    # The reader is there, only not now.
    _rule(
        "mailbox full",
        "soft",
        r"over[ -]?quota|quota .{0,30}(?:exceed|full|reached|violat|limit)|(?:exceed|out of|above|over"
        r"|beyond).{0,40}\bquota",
        r"quotaexceeded|disk[ -]?quota|mailbox[ _]?full|mail(?:box)?quota|storage quota|exceeded storage",
        rf"{_BOX}\S{{0,40}} .{{0,40}}\b(?:{_IS} (?:too |almost |already )?full|{_IS} over its"
        rf"|{_IS} out of (?:disk |storage )?space)",
        rf"{_BOX} .{{0,30}}(?:size|storage|space).{{0,20}}(?:exceed|limit)|{_BOX} (?:size )?(?:exceeds|exceeded) ",
        r"(?:exceed\w*|reached|over).{0,40}(?:mailbox|storage|disk).{0,20}(?:size|limit|space|allocat|capacity)",
        r"(?:not enough|insufficient|no|out of|lacks?|without).{0,25}(?:storage|disk|mailbox|free) ?space"
        r"|full mailbox",
        r"insufficient (?:system )?storage|mailbox .{0,20}too large|mailbox .{0,40}no space|maildir .{0,20}full",
        FULL,
    ),
    _rule(
        "greylisted",
        "soft",
        r"gr[ae]y[ -]?list|(?:please |)(?:try|retry)(?: again)? (?:later|in \d+|after \d+).{0,40}first time",
        r"postgrey|unverified address|address verification in progress|recipient verify (?:deferred|timeout)",
    ),
    _rule(
        "message too big",
        "soft",
        r"(?:message|mail|e-?mail|content|attachment|file|body|letter)(?: length| size)? (?:\w+ ){0,3}"
        r"(?:too (?:big|large|long)|larger than|exceed\w*)",
        r"exceed\w* .{0,40}(?:message|mail|fixed) ?-?(?:size|length)|(?:message|mail) ?size (?:limit|exceed|violat)",
        r"size limit|recipsizelimit|sendsizelimit|maximum (?:allowed )?(?:message |mail )?size|too big for system",
        r"too large to (?:send|be|deliver)|message header size",
    ),
    # Who sends, or what was sent, is refused: about the reader it says nothing.
    _rule(
        "sender refused",
        "policy",
        r"sender(?:'s)? (?:e-?mail )?(?:address |domain |host |ip )*(?:\S{1,60} )?(?:(?:was|is|has been) )?"
        r"(?:\w+ )?(?:rejected|denied|refused|blocked|not (?:allowed|valid|accepted|verified|authorized)"
        r"|unverif|invalid)",
        r"sender (?:verif|callout|callback|address verif)\w*|verify (?:the )?sender|(?:invalid|bad|unknown) sender",
        r"(?:envelope|header) (?:sender|from) .{0,40}(?:reject|invalid|not)|domain of sender|sender(?:'s)? domain",
        r"(?:mail from|return[- ]path|from address).{0,50}(?:reject|refus|denied|does not|not (?:allow|exist"
        r"|valid|resolv))",
        r"(?:only|just) accepts? (?:e-?mails?|messages?|mail) from|(?:not|no) (?:a )?(?:member|subscriber)"
        r"|moderat(?:ed|or)",
        r"(?:sender|you) (?:\w+ ){0,3}(?:not (?:allowed|permitted|authori[sz]ed|authenticated)|unauthori[sz]ed"
        r"|must authent)",
        r"notauthorized|authrequired|restrictedto|not have permission|permission to (?:send|post)"
        r"|do not have authori",
    ),
    _rule(
        "on a blocklist",
        "policy",
        r"spamhaus|spamcop|sorbs\b|senderscore|barracuda|cloudmark|abusix|uceprotect|invaluement|mailspike|abuseat",
        r"(?:black|block|deny|reject|ban)[ -]?list|dnsbl|(?:uri|sur)bl\b|\brbl\b|\brbls\b|\bdnsrbl"
        r"|\bxbl\b|\bsbl\b|\bpbl\b"
        r"|\bcbl\b|realtime block",
    ),
    _rule(
        "taken for spam",
        "policy",
        r"\banti-?spam|spam\b|\bspam[a-z]{0,9}\b|junk ?mail|unsolicited|\bbulk (?:e-?)?mail|\buce\b|\bube\b"
        r"|spam-?like",
        r"phish|suspicious|suspect(?:ed)? |reputation|fraud|\bscam\b",
    ),
    _rule(
        "virus found",
        "policy",
        r"\bvirus|malware|infected|trojan|worm found|malicious|dangerous attach|(?:banned|blocked|prohibited"
        r"|forbidden) "
        r"(?:file|attachment|content|extension)",
    ),
    _rule(
        "not authenticated",
        "policy",
        r"\bdmarc\b|\bspf\b|\bdkim\b|sender id\b|domain ?keys|sender policy framework|\barc\b.{0,20}fail"
        r"|unauthenticated",
        r"reverse[ -]?(?:dns|lookup|name|address|host|record)|\bptr\b|\brdns\b|\bfcrdns|no (?:a"
        r"|mx) record .{0,30}send",
        r"\b(?:helo|ehlo)\b.{0,60}(?:reject|invalid|not|refus|denied|resolv|bad)|(?:reject|invalid|bad"
        r"|refus)\w* .{0,20}\b(?:helo|ehlo)\b",
        r"client host .{0,30}(?:rejected|blocked|refused|denied)|hostname .{0,40}resolv",
    ),
    _rule(
        "refused by policy",
        "policy",
        r"polic(?:y|ies)\b|violat\w+|prohibit|content (?:\w+ ){0,3}(?:reject|refus|block|filter|denied"
        r"|not accept|restrict|error)",
        r"(?:rejected|blocked|refused|filtered|denied|discarded|stopped|quarantined) .{0,30}(?:content|filter"
        r"|rule|firewall|security)",
        r"(?:content|message|mail|security|url|uri|subject|header|word|body) ?(?:filter|scan|check)\w*"
        r"|transport\.rules",
        r"(?:unacceptable|objectionable|offensive|inappropriate|illegal|forbidden) (?:content|word|header"
        r"|attach|subject|message)",
        r"(?:your|the|this|source|sending|remote|connecting|client) (?:e-?mail )?(?:ip|host|server|domain"
        r"|network|mail ?server|address|"
        r"system|provider|isp|mta)\b.{0,60}(?:block|ban(?:ned)?\b|list(?:ed)?\b|refused|denied|rejected"
        r"|not (?:allow|permit|accept|welcome))",
        r"(?:message|e-?mail|mail|ip|transaction|sender|host|connection)s? (?:\w+ ){0,4}(?:was |is |been "
        r"|are )?blocked",
        r"blocked (?:by|using|for|because|due|at|from|see|-|:)|blocking .{0,30}(?:ip|mail|message|host)"
        r"|not accept.{0,30}from your",
        r"(?:banned|blocked) (?:ip|sender|host|domain)|ip .{0,40}(?:ban|block|refus|denied)"
        r"|access denied.{0,20}banned",
        r"complaints?\b|too many (?:bad|invalid|unknown) |(?:unusual|high|excessive) (?:rate|volume|amount)"
        r"|bounce rate",
        r"rejected (?:due to|by|because of|for) (?:\w+ )?(?:policy|security|content|administrat|rule|filter"
        r"|user|recipient)",
        r"administrative(?:ly)? (?:prohib|reject|block|denied|lock)|recipient(?:'s)? (?:\w+ )?(?:preference"
        r"|filter|rule)",
        r"refused by (?:the )?(?:recipient|user|addressee)|does not (?:want|wish)|user refused|whitelist"
        r"|white list|allow ?list",
    ),
    # The reader may come back.
    _rule(
        "mailbox suspended",
        "soft",
        r"temporar\w+ .{0,20}(?:disabled|deactivated|locked|suspended|unavailable|blocked|inactive)",
        rf"{_BOX}.{{0,80}}\b(?:suspend|locked|on hold|frozen|blocked|restricted)",
        r"(?:suspended|locked|blocked|restricted|frozen) (?:\w+ )?(?:mailbox|account|user|recipient)",
        r"mailbox (?:busy|locked)|account suspension|(?:mailbox|account|user).{0,30}temporar|(?:over"
        r"|exceed)\w* .{0,20}rate",
        r"receiving (?:mail|messages) (?:at|too)|receiv\w+ (?:limit|rate)"
        r"|too many messages? (?:\w+ ){0,3}(?:mailbox|recipient|user)",
    ),
    _rule(
        "no answer about the domain",
        "soft",
        r"servfail|(?:dns|name ?server|lookup|resolv\w+|host not found).{0,50}(?:time(?:d )?[ -]?out|try again"
        r"|temporar|fail|soft|refused)",
        r"(?:time(?:d )?[ -]?out|temporar\w+).{0,50}(?:dns|name ?server|lookup|resolv|host)|can(?:not|'t) resolve",
    ),
    # The address is dead.
    _rule(
        "no such address",
        "hard",
        rf"(?:no such|unknown|invalid|nonexistent|non-existent|non-existant|inexistent|bad|unrecogni[sz]ed"
        rf"|undefined|illegal) "
        rf"(?:\w+[ -]){{0,2}}?(?:user|{_BOX}|mail ?box|local[ -]?part|alias|person|login|name|receiver"
        rf"|destination|employee|id|forward)",
        rf"\b(?:{_BOX}|user\w*|local[ -]?part|alias|receiver|person|mail ?box|name|login|host)\b[^.;]{{0,90}}?"
        rf"(?:\bunknown\b|\b(?:{_IS} )?not (?:be )?(?:found|known|exist|recogni[sz]ed|valid|listed|defined"
        rf"|local|registered)\b"
        rf"|{_NOT} (?:seem to |appear to |currently |actually )?(?:exist|be found)|\bnon-?exist|\binexist"
        rf"|\bdoesnt exist|{_IS} invalid|:? ?invalid\b)",
        rf"(?:{_NOT}|unable to|failed to) (?:find|locate|identify|recogni[sz]e|know|verify"
        rf"|resolve) (?:\w+ ){{0,3}}(?:{_BOX}|user|person|alias|recipient)",
        r"(?:address|user|mailbox|recipient|account|person|alias|they|he|she) (?:\S+ ){0,3}(?:couldn['’`]?t"
        r"|could not|wasn['’`]?t|was not|cannot|can['’`]?t) "
        r"(?:\w+ )?(?:be )?found",
        r"\b(?:is )?not (?:an? |our |in )?(?:\w+ )?(?:valid|known|local|registered|existing|active|legitimate"
        r"|current) "
        r"(?:\w+[ -]){0,2}(?:user|mailbox|recipient|address|account|customer|alias|addressee|name|destination)",
        r"not (?:our|a) (?:customer|user|mailbox|recipient)\b|not listed in|not in (?:\w+ ){0,2}(?:directory"
        r"|user list|address book)",
        rf"{_NOT} have an? (?:\S+ ){{0,3}}(?:account|mailbox|user)|has no (?:\w+ )?(?:mailbox|account|e-?mail)"
        rf"|have no mailbox",
        r"no (?:valid )?(?:mailbox|account|user|one|body|recipient|person|address)s? (?:here )?(?:by|with"
        r"|under|of|for|named|called|found|exists?) ?"
        r"(?:that|this|such|the|given)?|nobody (?:here )?(?:by|with) that|there is no (?:\S+ ){0,2}(?:user"
        r"|mailbox|account|address|recipient)",
        r"(?:recipient|user|address|mailbox|rcpt)[_ -]?(?:not[_ -]?found|unknown|notfound|invalid)|nosuchuser"
        r"|unknown_?user|recipnotfound",
        r"unknown (?:or illegal )?alias|unknown (?:virtual|local|rcpt|to:?)|address ?unknown|addressee unknown"
        r"|unknown address",
        r"unrout(?:e)?able (?:address|mail)|undeliverable address|user .{0,10}unknown in|mailbox (?:is "
        r"|was )?(?:unavailable|not available|not found|disabled)",
        r"5\.4\.1\b.{0,100}rejected: access denied|mailbox name not (?:allowed|valid|found)",
        r"account not available|recipient (?:is )?not accepted(?: here)?|(?:recipient|address) (?:was |is "
        r"|\S+ )?rejected: (?:user|address|unknown|invalid|no)",
        r"(?:bad|invalid|malformed) (?:destination|recipient) (?:mailbox |e-?mail )?address"
        r"|invalid ?-?recipient|no valid recipient",
        r"recipient(?:'s)? (?:e-?mail )?(?:address|name) (?:\S+ )?(?:was|is|has) (?:\w+ )?not"
        r"|e-?mail account .{0,60}(?:does not exist|inactive|disabled)",
        r"(?:verify|check|correct|typos?).{0,40}(?:recipient's )?(?:e-?mail )?address.{0,40}(?:spell|typo"
        r"|correct|exist)",
        UNKNOWN,
    ),
    _rule(
        "mailbox closed",
        "hard",
        rf"(?:{_BOX}|user|person|employee).{{0,60}}\b(?:disabled|deactivated|closed|terminated|deleted"
        rf"|cancell?ed|inactive|expired|removed|discontinued"
        rf"|retired|abandoned|ceased|dead|dormant|not active)\b",
        r"(?:disabled|deactivated|closed|terminated|deleted|inactive|expired|discontinued) (?:\w+ )?(?:mailbox"
        r"|account|user|recipient|address)",
        r"no longer (?:\w+ ){0,3}?(?:available|exist|valid|active|in (?:use|service)|with|work|employ|here"
        r"|accept|receiv|on (?:this )?server|used|monitored|reachable)",
        r"(?:user|mailbox|recipient|address|account|person) (?:\S+ )?(?:has |have |was )?(?:moved|changed"
        r"|relocated)|(?:left|leaving) the (?:company|organi[sz]ation)",
        r"mailbox owner has changed|address .{0,30}obsolete|user has left|out of (?:business|service)",
    ),
    _rule(
        "no such domain",
        "hard",
        r"nxdomain|(?:unknown|no such|invalid|bad|non-?existent|nonexistant) (?:mail )?(?:host|domain"
        r"|destination system|mail ?server|server)",
        r"(?:domain|host)(?: ?name)? (?:\S+ )?(?:is |was |could ?n[o']t be |couldn't be "
        r"|cannot be )?(?:not found|unknown|not exist|invalid|not valid)",
        rf"(?:domain|host)(?: ?name)?\b.{{0,60}}(?:{_NOT} exist|(?:could not|couldn't|cannot|can't) be found"
        rf"|not (?:be )?found|non-?existent)",
        r"null ?mx|does ?n[o']t accept (?:e-?)?mail|do(?:es)? not accept (?:any )?(?:e-?)?mail"
        r"|nonexistentdomain|domain not found",
        r"all relevant mx records point to non-?existent|not a (?:valid )?(?:domain|host)"
        r"|bad destination (?:host|system|domain)",
        r"lookup .{0,60}(?:not found|nonexist|no such|does not exist)|domain .{0,20}expired",
    ),
    # Servers and networks.
    _rule(
        "server out of reach",
        "soft",
        r"time(?:d)?[ -]?out|connection (?:\w+ ){0,2}(?:refused|reset|lost|closed|dropped|fail|abort|died)"
        r"|connect(?:ion)? to .{0,80}fail",
        r"no route|unreachable|could ?n(?:o|')t (?:establish|connect|reach|contact)|(?:unable"
        r"|failed) to (?:connect|contact|reach|establish)",
        r"host (?:is )?down|not responding|no answer|(?:network|communication|i/o|connection) (?:error|failure"
        r"|problem)",
        r"expired|retry time|max(?:imum)? (?:queue|retry|delivery|time)|(?:too long|\d+ (?:days?"
        r"|hours?)).{0,20}(?:queue|undelivered|deliver)",
        r"(?:queue|undelivered|deliver\w*|attempt\w*|trying).{0,60}(?:too long|\d+ (?:days?|hours?|times))"
        r"|gave up|giving up",
    ),
    _rule(
        "wrong route",
        "soft",
        r"relay|\bloop|hop count|too many hops|hops exceeded|mx .{0,40}(?:point|local)|not a gateway|rout(?:e"
        r"|ing) (?:error|fail|problem)",
        r"no (?:mx|a|aaaa|mail exchanger|mail server)s?(?: record)?s? (?:for|found|exist)|not an? (?:mx"
        r"|open relay)|local configuration",
    ),
    _rule(
        "server in trouble",
        "soft",
        r"temporar\w+|try (?:again|later)|(?:re)?try .{0,20}later|resources?|disk (?:full|space|error)"
        r"|system (?:\w+ )?(?:full|error|fail|problem)",
        r"internal (?:\w+ )?(?:error|fail|problem)|(?:local|server|configuration|software|database|processing"
        r"|unexpected|service|program) "
        r"(?:\w+ )?(?:error|fail\w*|unavailable|problem|exception)|unavailable|overload|\bbusy|out of memory"
        r"|cannot (?:allocate|open|create|write|append)",
        r"too many (?:connection|session|concurrent|recipient|message|mail|error|smtp)|rate[ -]?limit|throttl"
        r"|limit exceeded|exceeded .{0,30}limit",
        r"\btls\b|starttls|certificate|ssl\b|protocol error|bad sequence|command (?:not|rejected|unrecogn)"
        r"|syntax error|out of sequence",
        r"service (?:not|un)|not accepting|deferred|exit(?:ed)? (?:status|code|with)|command died"
        r"|delivery agent|pipe",
    ),
    # Vague words that a code may know better: last of all.
    _rule(
        "access denied",
        "policy",
        r"bad_header|(?:message|mail|content) (?:was |has been )?(?:rejected|refused|declined|not accepted)"
        r"|access (?:is |was )?(?:denied|refused)|not permitted|not allowed|not authori[sz]ed|forbidden",
    ),
    _rule(
        "address refused",
        "hard",
        r"(?:address|recipient|rcpt|user|mailbox) (?:\S+ )?(?:was |is |has been )?(?:rejected|refused"
        r"|not accepted)|unable to deliver to that address",
    ),
)
"""In the order in which they are tried."""

VAGUE = frozenset({"access denied", "address refused", "server in trouble"})
"""Rules whose words say less than a telling status code does."""

_NOISE = re.compile(r"https?:\S+|www\.\S+|\bmailto:\S+|<?[^\s<>@]{1,200}@[\w.-]{1,250}>?|[_*]{2,}")
_LISTS = re.compile(r"spamhaus|spamcop|barracuda|cloudmark|abusix|mailspike|uceprotect", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_LONG_WORD = re.compile(r"([^\s@]{100})[^\s@]+")
_LONGEST = 6_000
"""Characters of a text that are searched."""


def plain_words(text: str) -> str:
    """A text as the rules look at it: on one line, without addresses and links, whose words mean nothing here."""
    return _SPACE.sub(" ", _NOISE.sub(_kept, _LONG_WORD.sub(r"\1 ", text))).strip()


def _kept(noise: re.Match[str]) -> str:
    """What stays of an address or a link: a blocklist is often named by its link alone."""
    listed = _LISTS.search(noise[0]) if "://" in noise[0] else None
    return f" {listed[0]} " if listed else " "


# A report of a hundred recipients asks of its one text a hundred times, and each time takes hundredths of a second.
@lru_cache(maxsize=4)
def rule_for(text: str) -> Rule | None:
    """The first rule that finds its words."""
    whole = plain_words(text[:_LONGEST])
    if not whole:
        return None
    return next((rule for rule in RULES if rule.pattern.search(whole)), None)
