"""`make judges`: show the sample editions to programs that others wrote, and print a table of what they say.

Ends with 1 where one of them has a finding, or is not installed: a missing judge is no pass.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / beside) for beside in ("looks", "render"))]

from programs import Judge, Verdict, judges  # noqa: E402 found by the line above
from subjects import Subject, collect  # noqa: E402 the same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PAGE = """\
# Quality

What programs that others wrote say of what digest makes. `make judges` writes this page; how to have the judges is
said in [CONTRIBUTING](../CONTRIBUTING.md). Every set of templates is judged with six editions: three stories (short),
seventeen, ten of them with pictures (full), emoji, Arabic, Chinese, very long words, markup in titles and no pictures
(odd), one story alone, sixty stories, and a newsletter in Arabic. Of each edition that is the message, the archive, the
edition on the web, up to twenty stories' own pages, and all feeds; then the pages on which readers leave and subscribe,
and the message that asks to confirm. In brackets: how many files, or the score.

"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one judge said.

    Attributes:
        absent: Why it said nothing; empty where it did.
        version: What it calls itself; empty where it is absent.
        verdicts: By subject, those it judges.
    """

    judge: Judge
    absent: str
    version: str
    verdicts: Mapping[Subject, Verdict]

    @property
    def findings(self) -> list[tuple[Subject, str]]:
        """All findings, each with its file."""
        return [(subject, text) for subject, verdict in self.verdicts.items() for text in verdict.findings]


def ask(asked: Sequence[Judge], subjects: Sequence[Subject], skipped: Sequence[str]) -> list[Result]:
    """Ask each judge that is here and not skipped."""
    results = []
    for judge in asked:
        absent = "skipped" if judge.name in skipped else judge.missing()
        if absent:
            results.append(Result(judge, absent, "", {}))
            continue
        its = [subject for subject in subjects if subject.form in judge.forms]
        results.append(Result(judge, "", judge.version(), dict(zip(its, judge.judge(its), strict=True))))
    return results


def passed(results: Sequence[Result]) -> bool:
    """Whether nothing was found, and nobody is missing who has to be there."""
    return not any(
        each.findings or (each.absent and each.absent != "skipped" and not each.judge.optional) for each in results
    )


def table(results: Sequence[Result], subjects: Sequence[Subject]) -> Iterator[str]:
    """The results in Markdown: a row for each part of what was judged, a column for each judge."""
    shown = [each for each in results if not each.absent]
    yield "| | " + " | ".join(each.judge.name for each in shown) + " |"
    yield "| --- |" + " --- |" * len(shown)
    for group in dict.fromkeys(subject.group for subject in subjects):
        yield f"| {group} | " + " | ".join(_cell(each, group) for each in shown) + " |"


def _cell(result: Result, group: str) -> str:
    verdicts = [verdict for subject, verdict in result.verdicts.items() if subject.group == group]
    if not verdicts:
        return ""
    found = sum(len(verdict.findings) for verdict in verdicts)
    figure = ", ".join(verdict.figure for verdict in verdicts if verdict.figure) or str(len(verdicts))
    return f"{f'**{found} findings**' if found else 'passed'} ({figure})"


def page(results: Sequence[Result], subjects: Sequence[Subject]) -> str:
    """The page of results: the same bytes as long as the judges and what they say are the same."""
    lines = ["| Judge | Asks | Is |", "| --- | --- | --- |"]
    lines += [
        f"| {each.judge.name} | {each.judge.asks} | {each.version or f'not asked: {each.absent}'} |" for each in results
    ]
    return _PAGE + "\n".join([*lines, "", *table(results, subjects)]) + "\n"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge; the exit code."""
    known = judges()
    parser = argparse.ArgumentParser(prog="make judges", description="Ask outside judges about the sample editions.")
    parser.add_argument("--skip", action="append", default=[], metavar="JUDGE", help="do not ask it; may be repeated")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page of results")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave what was judged there, a new folder")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.skip) - {each.name for each in known})
    if unknown:
        parser.error(f"there is no judge '{unknown[0]}'; there are: {', '.join(each.name for each in known)}")
    with TemporaryDirectory(prefix="digest-judges-") as folder:
        root = given.keep or Path(folder)
        root.mkdir(parents=True, exist_ok=not given.keep)
        subjects = collect(root.resolve())
        results = ask(known, subjects, given.skip)
        _say("\n".join(table(results, subjects)))
        for result in results:
            if result.absent:
                _say(f"{result.judge.name}: not asked: {result.absent}")
            for subject, text in result.findings:
                _say(f"{result.judge.name}: {subject.path.relative_to(root.resolve())}: {text}")
    if given.write:
        if all(not each.absent or each.judge.optional for each in results):
            given.write.write_text(page(results, subjects), encoding="utf-8")
        else:
            _say(f"{given.write} stays as it is: not all judges were asked")
    return 0 if passed(results) else 1


if __name__ == "__main__":
    sys.exit(main())
