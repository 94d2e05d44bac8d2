"""Sources and what would come of them, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.core.text import counted, utc_text
from digest.settings.sources import FileSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.core.fetching import Visit
    from digest.settings.sources import SourceSettings
    from digest.sourcing import Trial
    from digest.terminal import Terminal

SHOWN = 20
"""Articles of a trial, and doubts, unless --verbose."""


def _visit(source: SourceSettings, visits: Mapping[tuple[str, str], Visit]) -> Visit | None:
    return visits.get((source.name, source.url))


def _state(source: SourceSettings, visit: Visit | None) -> str:
    """How it stands, in a few words."""
    if not source.url:
        return "files"
    if visit is None or visit.last_tried is None:
        return "not yet fetched"
    if visit.gone:
        return "gone"
    return f"failing: {visit.last_error}" if visit.failures else "works"


def source_json(
    source: SourceSettings, counts: Mapping[str, int], visits: Mapping[tuple[str, str], Visit]
) -> dict[str, Any]:
    """A source for programs."""
    visit = _visit(source, visits)
    return {
        "name": source.name,
        "type": source.type,
        "url": source.url or None,
        "path": str(source.path) if isinstance(source, FileSource) else None,
        "priority": source.priority,
        "articles": counts.get(source.name, 0),
        "state": _state(source, visit).partition(":")[0],
        "moved_to": (visit.moved_to if visit else "") or None,
        "last_tried": utc_text(visit.last_tried) if visit and visit.last_tried else None,
        "last_success": utc_text(visit.last_success) if visit and visit.last_success else None,
        "not_before": utc_text(visit.not_before) if visit and visit.not_before else None,
        "failures": visit.failures if visit else 0,
        "error": (visit.last_error if visit else "") or None,
    }


def source_row(
    source: SourceSettings, counts: Mapping[str, int], visits: Mapping[tuple[str, str], Visit], now: datetime
) -> tuple[str, ...]:
    """A source as a row: name, articles, last fetched, state."""
    visit = _visit(source, visits)
    last = visit.last_success if visit else None
    ago = "" if last is None else f"{max(0, round((now - last).total_seconds() / 60))} min ago"
    return source.name, str(counts.get(source.name, 0)), ago, _state(source, visit)


def trial_json(trial: Trial) -> dict[str, Any]:
    """What would come of a source, for programs."""
    return {
        "source": trial.remote.name,
        "url": trial.fetched.url,
        "title": trial.offer.title,
        "useless": trial.offer.useless or None,
        "other_feeds": list(trial.instead),
        "articles": [
            {
                "title": each.article.title,
                "url": each.article.url,
                "published": str(each.article.published) if each.article.published else None,
                "categories": list(each.article.categories),
                "taken": not each.refused,
                "reason": each.refused or None,
                "problems": [str(problem) for problem in each.article.problems],
            }
            for each in trial.judged
        ],
        "problems": [str(problem) for problem in trial.offer.problems],
        "notes": list(trial.fetched.notes),
    }


def describe_trial(terminal: Terminal, trial: Trial) -> None:
    """What would come of a source, for a person."""
    terminal.say(f"{trial.offer.title or trial.remote.name}  {trial.fetched.url}", bold=True)
    if trial.offer.useless:
        terminal.failed(trial.offer.useless)
        return
    limit = len(trial.judged) if terminal.verbose else SHOWN
    for each in trial.judged[:limit]:
        day = each.article.published.instant.date().isoformat() if each.article.published else "no date   "
        terminal.say(f"  {'-' if each.refused else '+'} {day}  {each.article.title}")
        if each.refused:
            terminal.more(f"      {each.refused}")
    if len(trial.judged) > limit:
        terminal.say(f"  and {len(trial.judged) - limit} more: --verbose shows them")
    taken = sum(not each.refused for each in trial.judged)
    terminal.say(f"{counted(len(trial.judged), 'article')}, {taken} of them would be taken")
    for note in trial.fetched.notes:
        terminal.note(f"note: {note}")
    terminal.problems(trial.problems, shown=SHOWN)
    for url in trial.instead:
        terminal.say(f"the page names another feed: {url}")
