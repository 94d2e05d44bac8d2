"""The judges: programs that others wrote, each with how it is asked, and what it takes to have it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from feed_rules import findings as feed_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from subjects import Form, Subject

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
_VNU = MODULES / "vnu-jar/build/dist/vnu.jar"
_NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)
"""No date of a sample lies after it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says of one file.

    Attributes:
        findings: What must not be; none: it passes.
        figure: A figure it gives besides; empty when none.
    """

    findings: tuple[str, ...]
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge.

    Attributes:
        forms: What it judges.
        asks: What must be so, in words.
        missing: What of it is not here and how to have it; empty: nothing.
        version: What it calls itself.
        judge: Its verdict on each of several files, in their order.
        optional: Whether it may be missing.
    """

    name: str
    forms: frozenset[Form]
    asks: str
    missing: Callable[[], str]
    version: Callable[[], str]
    judge: Callable[[Sequence[Subject]], list[Verdict]]
    optional: bool = False


def judges(environment: Mapping[str, str] = os.environ) -> list[Judge]:
    """All judges, in the order of the table."""
    html: frozenset[Form] = frozenset(("message", "page"))
    chromium = environment.get("CHROMIUM") or shutil.which("chromium") or ""
    checkout = environment.get("FEEDVALIDATOR", "")
    return [
        Judge("Nu HTML checker", html, "no error", lambda: _lacks("java", _VNU), _vnu_version, _vnu),
        Judge(
            "axe",
            html,
            "nothing serious or critical; by day at 800 pixels, in the dark at 320",
            lambda: (
                _lacks("node", MODULES / "axe-core", MODULES / "playwright-core")
                or ("" if chromium else "there is no chromium: apt-get install chromium, or name one in CHROMIUM")
            ),
            lambda: f"axe-core {_package('axe-core')}, {_said(chromium, '--version').split(' built')[0]}",
            lambda subjects: _axe(subjects, chromium),
        ),
        Judge(
            "html-validate",
            html,
            "no error; what is switched off, and why: tests/judges/html-validate.*.cjs",
            lambda: _lacks("node", MODULES / "html-validate"),
            lambda: f"html-validate {_package('html-validate')}",
            _html_validate,
        ),
        Judge(
            "SpamAssassin",
            frozenset(("mail",)),
            "offline; a score of 0 or below, no rule of 0.5 or more",
            lambda: _lacks("spamassassin"),
            lambda: _said("spamassassin", "--version").splitlines()[0],
            _spamassassin,
        ),
        Judge(
            "feed rules",
            frozenset(("feed", "json")),
            "RSS 2.0, RFC 4287, JSON Feed 1.1; ours: tests/render/feed_rules.py",
            lambda: "",
            lambda: "of this repository",
            _feed_rules,
        ),
        Judge(
            "JSON Feed schema",
            frozenset(("json",)),
            "the JSON schema of JSON Feed 1.1, formats of addresses and dates as well",
            lambda: _lacks("node", MODULES / "jsonfeed-schema", MODULES / "ajv-formats"),
            lambda: f"jsonfeed-schema {_package('jsonfeed-schema')}, ajv {_package('ajv')}",
            _jsonfeed,
        ),
        Judge(
            "W3C feed validator",
            frozenset(("feed",)),
            "no error and no warning at level AA; of RSS and Atom",
            lambda: _lacks_checkout(checkout),
            lambda: f"checkout {_said('git', '-C', checkout, 'rev-parse', '--short', 'HEAD').strip() or 'unknown'}",
            lambda subjects: _w3c(subjects, checkout),
            optional=True,
        ),
    ]


def _lacks(command: str, *parts: Path) -> str:
    packages = {"java": "default-jre-headless", "node": "nodejs and npm"}
    if not shutil.which(command):
        return f"there is no {command}: apt-get install {packages.get(command, command)}"
    if any(not part.exists() for part in parts):
        return "its npm package is not installed: make judges-setup"
    return ""


def _lacks_checkout(checkout: str) -> str:
    if not checkout:
        return "FEEDVALIDATOR does not name a checkout of github.com/w3c/feedvalidator"
    if not Path(checkout, "src/feedvalidator/__init__.py").exists():
        return f"FEEDVALIDATOR names {checkout}, where there is no src/feedvalidator"
    return ""


def _package(name: str) -> str:
    return str(json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))["version"])


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _asked(
    command: Sequence[str], *, given: str = "", failing: bool = False, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a judge; one that falls over is no pass.

    Args:
        command: Its command line.
        given: Its standard input.
        failing: Whether it ends with 1 where it has findings.
        environment: Put over that of this process.

    Raises:
        RuntimeError: It ended otherwise.
    """
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
    )
    if done.returncode not in ((0, 1) if failing else (0,)):
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:] or done.stdout[-2000:]}")
    return done


def _sorted_out(subjects: Sequence[Subject], found: Mapping[Path, list[str]]) -> list[Verdict]:
    """The findings by file.

    Raises:
        RuntimeError: There are some on a file that was not asked about: the answer was misread.
    """
    strange = found.keys() - {subject.path for subject in subjects}
    if strange:
        raise RuntimeError(f"findings on {', '.join(map(str, sorted(strange)))}, which nobody asked about")
    return [Verdict(tuple(found.get(subject.path, ()))) for subject in subjects]


def _of_url(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def _vnu_version() -> str:
    return f"vnu {_said('java', '-jar', str(_VNU), '--version').split()[0]}"


def _vnu(subjects: Sequence[Subject]) -> list[Verdict]:
    paths = [str(subject.path) for subject in subjects]
    done = _asked(["java", "-jar", str(_VNU), "--format", "json", "--exit-zero-always", *paths])
    found: dict[Path, list[str]] = {}
    # It writes its answer to standard error.
    for message in json.loads(done.stderr)["messages"]:
        # A warning is an "info" with a subtype.
        if message["type"] != "info":
            line = message.get("lastLine", 0)
            found.setdefault(_of_url(message["url"]), []).append(f"line {line}: {message['message']}")
    return _sorted_out(subjects, found)


def _axe(subjects: Sequence[Subject], chromium: str) -> list[Verdict]:
    urls = json.dumps([subject.path.as_uri() for subject in subjects])
    done = _asked(["node", str(HERE / "axe.mjs")], given=urls, environment={"CHROMIUM": chromium})
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["judged"] != 2 * len(subjects):
        raise RuntimeError(f"axe judged {answer['judged']} pages of {2 * len(subjects)}")
    found: dict[Path, list[str]] = {}
    for each in answer["found"]:
        if each["impact"] in ("serious", "critical"):
            text = f"{each['rule']} ({each['impact']}, {each['view']}) at {each['target']}: {each['why']}"
            found.setdefault(_of_url(each["url"]), []).append(text)
    return _sorted_out(subjects, found)


def _html_validate(subjects: Sequence[Subject]) -> list[Verdict]:
    found: dict[Path, list[str]] = {}
    for form, config in (("message", "html-validate.mail.cjs"), ("page", "html-validate.web.cjs")):
        paths = [str(subject.path) for subject in subjects if subject.form == form]
        if not paths:
            continue
        program = str(MODULES / ".bin/html-validate")
        done = _asked([program, "--formatter", "json", "--config", str(HERE / config), *paths], failing=True)
        for each in json.loads(done.stdout):
            for message in each["messages"]:
                text = f"line {message['line']}: {message['ruleId']}: {message['message']}"
                found.setdefault(Path(each["filePath"]), []).append(text)
    return _sorted_out(subjects, found)


def _spamassassin(subjects: Sequence[Subject]) -> list[Verdict]:
    with tempfile.TemporaryDirectory(prefix="digest-judge-") as home:
        # A home of its own: nothing is learnt of these messages, and nothing that was learnt counts.
        options = ["use_bayes 0", "clear_headers", "add_header all Judged score=_SCORE_ _TESTSSCORES(,)_"]
        done = [
            _asked(
                ["spamassassin", "-L", "-t", *(f"--cf={option}" for option in options), str(subject.path)],
                environment={"HOME": home},
            )
            for subject in subjects
        ]
    return [_spam_verdict(each.stdout) for each in done]


def _spam_verdict(message: str) -> Verdict:
    """What SpamAssassin wrote on top of a message.

    Raises:
        RuntimeError: It wrote nothing.
    """
    judged = message_from_bytes(message.encode("utf-8", "surrogateescape"))["X-Spam-Judged"]
    if not judged:
        raise RuntimeError("SpamAssassin wrote no score on top of the message")
    words = re.sub(r"\s", "", judged.partition("score=")[2].replace(" ", ",", 1))
    score, *rules = words.split(",")
    findings = [f"a score of {score}"] if float(score) > 0 else []
    findings += [f"rule {rule}" for rule in rules if "=" in rule and float(rule.partition("=")[2]) >= 0.5]
    return Verdict(tuple(findings), score)


def _feed_rules(subjects: Sequence[Subject]) -> list[Verdict]:
    return [
        Verdict(tuple(f"{each.rule}: {each.detail}" for each in feed_findings(s.path.name, s.path.read_bytes(), _NOW)))
        for s in subjects
    ]


def _jsonfeed(subjects: Sequence[Subject]) -> list[Verdict]:
    done = _asked(["node", str(HERE / "jsonfeed.mjs")], given=json.dumps([str(subject.path) for subject in subjects]))
    found = dict(zip((subject.path for subject in subjects), json.loads(done.stdout), strict=True))
    return _sorted_out(subjects, found)


_ASK_W3C = """
import json, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
import feedvalidator
from feedvalidator import compatibility
said = []
for path, url in json.load(sys.stdin):
    events = feedvalidator.validateString(open(path, "rb").read(), base=url)["loggedEvents"]
    said.append([f"line {each.params.get('line', 0)}: {type(each).__name__}" for each in compatibility.AA(events)])
json.dump(said, sys.stdout)
"""


def _w3c(subjects: Sequence[Subject], checkout: str) -> list[Verdict]:
    given = json.dumps([(str(subject.path), subject.url) for subject in subjects])
    done = _asked([sys.executable, "-c", _ASK_W3C, str(Path(checkout, "src").resolve())], given=given)
    found = dict(zip((subject.path for subject in subjects), json.loads(done.stdout), strict=True))
    return _sorted_out(subjects, found)
