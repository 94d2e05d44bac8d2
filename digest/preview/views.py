"""The views of a proof, and the page that shows one of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.core.finding import together
from digest.core.fitting import MOST_OCTETS, encoded_octets
from digest.preview.frames import HERE

if TYPE_CHECKING:
    from digest.preview.proof import State

_LINE = re.compile(r" email\.html:(\d+)\Z")


class Frame(NamedTuple):
    """A frame of a view.

    Attributes:
        title: What is seen in it.
        width: In pixels; 0 for all there is.
        address: What is loaded into it.
    """

    title: str
    width: int
    address: str


class View(NamedTuple):
    """One way to look at a proof.

    Attributes:
        key: Its path.
        title: Its tab.
        group: The tabs it stands with.
        hint: What it shows and what it does not, a sentence; may be empty.
        frames: Frames side by side; none for a view of words.
    """

    key: str
    title: str
    group: str
    hint: str = ""
    frames: tuple[Frame, ...] = ()


def _mail(title: str, width: int, variant: str = "light") -> Frame:
    return Frame(title, width, f"/frame/{variant}")


VIEWS = (
    View(
        "", "Overview", "Message", "",
        (_mail("Desktop", 640), _mail("Phone", 375), _mail("Phone, dark", 375, "dark")),
    ),
    View("desktop", "Desktop", "Message", "As wide as the window.", (_mail("Desktop", 0),)),
    View("phone", "Phone", "Message", "", (_mail("Phone", 375), _mail("Small phone", 320))),
    View(
        "dark", "Dark", "Message",
        "By a program that asks the message how it is to look in the dark, such as Apple Mail.",
        (_mail("Desktop", 640, "dark"), _mail("Phone", 375, "dark")),
    ),
    View(
        "recoloured", "Recoloured", "Message",
        "In the dark, by programs that recolour a message: about as they do, for they publish no rules.",
        (_mail("Outlook.com", 640, "outlook"), _mail("Gmail on a phone", 375, "gmail")),
    ),
    View(
        "bare", "No pictures", "Message", "Until a reader asks for pictures: their words stand there.",
        (_mail("Desktop", 640, "bare"), _mail("Phone", 375, "bare")),
    ),
    View(
        "large", "Large text", "Message", "Text at 200 %, as a reader may set it.",
        (_mail("Desktop", 640, "large"), _mail("Phone", 375, "large")),
    ),
    View("text", "Plain text", "Words"),
    View("source", "Source", "Words", "The message's HTML as it leaves; findings name its lines."),
    View("headers", "Headers", "Words"),
    View("findings", "Findings", "Reports", "What digest check finds: errors keep the edition from being sent."),
    View("reasons", "Reasons", "Reports", "Why each article is in the edition, or is not."),
    View("web", "Web page", "Published", "", (Frame("The web copy", 0, ""),)),
    View("archive", "Archive", "Published", "", (Frame("The newsletter's page", 0, f"{HERE}index.html"),)),
    View("feeds", "Feeds", "Published"),
)  # fmt: skip


def view_of(key: str) -> View | None:
    """A view by its path; None where there is none."""
    return next((each for each in VIEWS if each.key == key), None)


def page(view: View, state: State) -> str:
    """The page of a view."""
    proof = state.proof
    context: dict[str, object] = {"view": view, "views": VIEWS, "state": state, "proof": proof}
    if proof is not None:
        findings = sorted(together(proof.findings), key=lambda each: (bool(each[0].ignored), each[0].severity))
        standing = [each for each, _ in findings if not each.ignored]
        octets = encoded_octets(proof.html)
        context |= {
            "errors": sum(each.severity == "error" for each in standing),
            "warnings": sum(each.severity == "warning" for each in standing),
            "stories": "1 story" if len(proof.record.articles) == 1 else f"{len(proof.record.articles)} stories",
            "size": f"{octets / 1000:.1f} of {MOST_OCTETS // 1000} kB",
            "web": f"{HERE}{proof.record.id}/index.html",
            "feeds": [path for path in proof.site if path.endswith((".xml", "feed.json"))],
            "findings": findings,
            "line_of": lambda place: (_LINE.search(place) or ("", ""))[1],
        }
    return _environment().get_template("page.html").render(context)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
