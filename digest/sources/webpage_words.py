"""What web pages say that is no text of an article, in the words they say it in: of walls, errors, stubs and boxes.

English, German, French, Spanish, Italian, and some of what else is common. A word that is missing here costs little:
what is taken for a wall or a stub is only ever a page with little text.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


CONSENT = _any(
    r"before you continue|we value your privacy|your privacy (?:choices|matters)",
    r"accept (?:and continue|(?:all )?cookies)",
    r"(?:we|us) (?:and our partners )?(?:use|store) cookies|cookie (?:consent|preferences|settings)",
    r"manage (?:consent|cookies)",
    r"cookies? akzeptieren|alle akzeptieren|zustimmen und weiter|einwilligung",
    r"wir (?:benötigen|brauchen) ihre zustimmung",
    r"accepter (?:et continuer|les cookies)|tout accepter|aceptar (?:todas|cookies|y continuar)",
    r"accetta (?:tutti|i cookie)",
)
CONSENT_PLACE = _any(r"(?:^|\.)consent\.", r"/(?:cookie-?wall|consent|privacy-?wall|cmp)(?:/|$)")

ERROR = _any(
    r"^(?:\W*error\W+)?(?:404|410|403|50[0-4])\b.{0,40}(?:error|not found|forbidden|unavailable|gateway)",
    r"^(?:\W*error\W+)?(?:404|410|403|50[0-4])\b\W*$",
    r"^(?:the |this |that )?(?:page|article|content|site|story)\s(?:\w+ ){0,4}(?:not|cannot|no longer)\s(?:\w+ ){0,2}"
    r"(?:found|available|exists?)|^(?:page )?not found$|(?:page|article|story) (?:isn[’']t|not) (?:available|found)",
    r"^(?:oops|sorry)\b.{0,40}(?:page|wrong|find)|^something went wrong|^internal server error|^service unavailable",
    r"^(?:diese |die |dieser |der )?(?:seite|artikel|inhalt)\s.{0,30}"
    r"(?:nicht gefunden|existiert nicht|nicht (?:mehr )?verfügbar)",
    r"page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|página não encontrada",
    r"страница не найдена|الصفحة غير موجودة|ページが見つかりません|^(?:site )?under maintenance|^wartungsarbeiten",
)
ROBOT = _any(
    r"^just a moment|^attention required|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human",
    r"are you a (?:robot|human)|\bcaptcha\b|^access (?:to this page has been )?denied|pardon our interruption",
    r"unusual traffic|ddos protection|sind sie ein (?:mensch|roboter)",
)
SCRIPTS = _any(
    r"(?:enable|activate|requires?|turn on|aktivieren sie) javascript|javascript (?:is|must be|aktivieren)",
)
PAYWALL = _any(
    r"(?:subscribe|sign in|log in|register|become a member).{0,30}to (?:continue|keep|read|unlock|access)",
    r"to (?:continue|keep) reading",
    r"(?:this|the full) (?:article|story|content) is (?:only )?(?:for|reserved|available to)",
    r"(?:subscribers|members)[- ]only|already a (?:subscriber|member)|exclusive to subscribers",
    r"jetzt (?:weiterlesen|abonnieren|freischalten)|nur für abonnenten|weiterlesen mit|diesen artikel weiterlesen",
    r"réservé aux abonnés|il vous reste .{0,20} à lire|solo para suscriptores|contenuto riservato",
    r"riservato agli abbonati",
)
PAYWALL_CLASS = re.compile(r"(?:^|[-_])(?:pay-?wall|regwall|metered|premium-?(?:wall|gate))(?:$|[-_])")

LABEL = _any(
    r"(?:read|see|watch|learn|find out) (?:also|more|next|too)\b.{0,80}",
    r"(?:more|also) (?:on|from|about|in|to read)\b.{0,60}",
    r"you (?:may|might) (?:also )?like.{0,30}|related\b.{0,80}|what to read next",
    r"sign up (?:for|to) .{0,60}newsletter.{0,60}",
    r"(?:subscribe|sign up)\b.{0,80}|follow us\b.{0,60}|share (?:this|on|via)\b.{0,30}|leave a (?:comment|reply)",
    r"advertisement|story continues below.{0,40}|(?:article )?continues? (?:after|below).{0,40}|filed under:?.{0,80}",
    r"printed (?:from|on) .{0,60}|(?:lesen sie|mehr|auch) (?:auch|zum thema|dazu|interessant)\b.{0,80}|anzeige",
    r"weiterlesen",
    r"artikel teilen|teilen|das könnte sie auch interessieren|newsletter abonnieren|jetzt anmelden|zum thema",
    r"(?:à )?lire aussi\b.{0,80}|sur le même sujet|publicité|partager|s[’']abonner|lea también\b.{0,80}|compartir",
    r"(?:le|te) puede interesar|publicidad|suscr[íi]bete\b.{0,60}|leggi anche\b.{0,80}|potrebbe interessarti",
    r"pubblicità",
    r"condividi|leia (?:também|mais)\b.{0,80}|lees ook\b.{0,80}|читайте также\b.{0,80}|реклама|поделиться",
    r"[اإ]قرأ أيض.{0,80}|مواضيع ذات صلة|إعلان|شارك",
)
"""A whole block that is no text; or would be, if it is a link but for its first words."""

LIST_LABEL = _any("related|more|also|next|like|popular|trending|auch|mehr|thema|aussi|même|también|anche|ook|ذات|أيض")
"""A label below which links stand."""

_BOXES = (
    "share|sharing|social|sharedaddy|addtoany|related|newsletter|subscribe|subscription|signup|cookies?|consent|gdpr"
    "|promo|advert|advertisement|ads?|sponsored|recommend|recommended|recommendations?|outbrain|taboola|comments?|disqus"
    "|breadcrumbs?|pagination|pager|more-?to-?read|read-?(?:more|next|also)|you-?may|popup|modal|paywall|toolbar"
    "|author-?(?:bio|box|card)|jp-relatedposts|tag-?(?:list|cloud)|post-?tags|entry-?(?:meta|footer)|skip-?link"
    "|screen-reader-text|visually-hidden|sr-only|reading-time|donate|donation|teaser-?list"
)
BOX_CLASS = re.compile(rf"(?:^|[-_])(?:{_BOXES})(?:$|[-_])")
"""Of boxes within an article."""

_MENUS = (
    "nav|navbar|navigation|menu|submenu|breadcrumbs?|pagination|pager|tags?-?(?:list|cloud)|tagcloud|footer|social|share"
    "|sharing|login|account|cookies?|consent|lang(?:uage)?-?(?:switch\\w*|menu|nav)|skip-?link|author-?(?:bio|box)|byline"
    "|comments?|ads?|advert\\w*|sponsored|promo|promoted"
)
MENU_CLASS = re.compile(rf"(?:^|[-_])(?:{_MENUS})(?:$|[-_])")
"""Of what leads to no articles."""

STANDFIRST_CLASS = re.compile(
    r"excerpt|standfirst|dek$|subtitle|subhead|sub-title|summary|intro|lede|(?:^|[-_])lead$|description"
)
TEASER_CLASS = re.compile(r"teaser|excerpt|summary|description|standfirst|dek|lead")
DATE_CLASS = re.compile(r"(?:^|[-_])(?:date|time|timestamp|published|pubdate)(?:$|[-_])")

NO_TITLE = _any(
    r"(?:\d+ )?comments?|\d+|(?:read|see|view|show|load|learn) (?:more|all|full.{0,20})|continue reading.{0,200}",
    r"weiterlesen.{0,200}|mehr.{0,20}|lire la suite.{0,200}|leer más.{0,200}|continua.{0,40}|log ?in|sign (?:in|up)",
    r"subscribe.{0,40}|anmelden|next|previous|older.{0,20}|newer.{0,20}",
)
"""What a link says that is no title."""

_LISTS = (
    "tag|tags|category|categories|cat|kategorie|kategorien|author|authors|autor|autoren|redakteur|topic|topics|thema"
    "|themen|rubrik|section|sections|about|about-us|ueber-uns|contact|contact-us|kontakt|privacy|privacy-policy"
    "|datenschutz|terms|terms-of-service|terms-of-use|imprint|impressum|login|signin|sign-in|signup|sign-up|register"
    "|account|konto|subscribe|subscription|abo|newsletter|newsletters|search|suche|suchen|rss|feed|feeds|page|shop"
    "|cart|jobs|careers|events|kalender|help|faq|faqs|hilfe|advertise|advertising|mediadaten|sitemap|archive|archives"
    "|archiv|wp-login.php|wp-admin|comments|cookie-policy|cookies|agb|user|users|profile|member|members|donate|support"
    "|legal|accessibility"
)
NO_ARTICLE_PATH = frozenset(_LISTS.split("|"))
"""Parts of paths that lead to no article."""
