"""Stories: how quickly they are found, and (`python -m benchmarks.stories`) how well, on sets beside the repository."""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import accumulate, combinations, cycle
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import Figure, Side, measure
from digest.core import linkage
from digest.core.stories import Telling, group

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from benchmarks.sample import Sample

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = ("g5", "g5b", "ecb")
REPEAT = 3
FEW = 1_000
"""Articles that the reference compares each with each; ten times as many take it a hundred times as long."""

ALIKE = 3_000
"""Articles of three texts, each with a word of its own. With so many the words that are the same seem common, and the
articles are no copies: each has to be asked about others."""

REFERENCE_THRESHOLD = 0.25
"""Where the reference does best on the three sets."""
DRAWS = 400
SWEPT = {
    "THRESHOLD": (0.10, 0.12, 0.14, 0.16, 0.18, 0.20, 0.24),
    "FIRMNESS": (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9),
    "IMAGINED_PAIRS": (3, 6, 12, 20, 30),
}
VOCABULARY = 30_000
_WORD = re.compile(r"\w+")


def stories(sample: Sample) -> Iterator[Figure]:
    """Beside counting the words of the same articles; and, for fewer, beside comparing each with each."""
    many, few = made(sample.count), made(min(FEW, sample.count))
    yield measure(
        f"stories of {len(many):,} articles",
        Side("ours", lambda: _checked(many)),
        Side("counting their words", lambda: [Counter(_WORD.findall(each.text.lower())) for each in many]),
        REPEAT,
    )
    yield measure(
        f"stories of {len(few):,} articles",
        Side("ours", lambda: _checked(few)),
        Side("each with each, connected", lambda: connected(few)),
        REPEAT,
    )
    alike = nearly_the_same(min(ALIKE, sample.count))
    yield measure(
        f"stories of {len(alike):,} articles, nearly the same",
        Side("ours", lambda: group(alike)),
        Side("counting their words", lambda: [Counter(_WORD.findall(each.text.lower())) for each in alike]),
        REPEAT,
    )


def _checked(batch: Sequence[Telling]) -> None:
    found = group(batch)
    wanted = len({each.key.partition("-")[0] for each in batch})
    assert wanted / 2 < len(found) < wanted * 2, (len(found), wanted)


def made(count: int) -> list[Telling]:
    """Articles of some 200 words, one to five of an event; five of their sentences tell it, the others are their own.

    Words are invented, and as unevenly frequent as those of a language [Zipf]. The same number gives the same articles.
    """
    rng = random.Random(count)  # noqa: S311 chance here is no secret
    words = [f"{chr(97 + n % 26)}{n:x}" for n in range(VOCABULARY)]
    heaped = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
    pool = [" ".join(rng.choices(words, cum_weights=heaped, k=rng.randint(9, 20))) for _ in range(max(count, 100) * 2)]
    batch: list[Telling] = []
    while len(batch) < count:
        event = len(batch)
        told = rng.sample(pool, 5)
        for number in range(min(rng.choice((1, 1, 1, 2, 3, 5)), count - event)):
            sentences = rng.sample(pool, 9) + told
            rng.shuffle(sentences)
            text = ". ".join(each.capitalize() for each in sentences)
            batch.append(Telling(key=f"{event:06}-{number}", title=told[0][:60], text=text))
    return batch


def nearly_the_same(count: int) -> list[Telling]:
    """Three texts in turn, the fourth word of each replaced by one that nobody else has."""
    batch: list[Telling] = []
    for number, told in zip(range(count), cycle(made(FEW)[:: FEW // 3][:3])):
        start, end = told.text.split()[:3], told.text.split()[4:]
        batch.append(Telling(key=f"{number:06}", title=told.title, text=" ".join([*start, f"Own{number}", *end])))
    return batch


def connected(batch: Sequence[Telling]) -> dict[str, str]:
    """The reference: all pairs whose TF-IDF cosine is high enough are connected, and what is connected is a story."""
    counted = [Counter(_WORD.findall(f"{each.title} {each.text}".lower())) for each in batch]
    found = Counter(word for words in counted for word in words)
    lists: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    root = list(range(len(batch)))
    for position, words in enumerate(counted):
        vector = {word: (1 + math.log(n)) * math.log(len(batch) / found[word] + 1) for word, n in words.items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        cosines: defaultdict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for other, its_weight in lists[word]:
                cosines[other] += weight / length * its_weight
            lists[word].append((position, weight / length))
        for other, cosine in cosines.items():
            if cosine >= REFERENCE_THRESHOLD:
                old, new = root[other], root[position]
                root = [new if each == old else each for each in root] if old != new else root
    return {each.key: str(root[position]) for position, each in enumerate(batch)}


def ours(batch: Sequence[Telling]) -> dict[str, str]:
    """The lead of each article's story."""
    return {key: story.lead for story in group(batch) for key in story.keys}


def b_cubed(gold: Mapping[str, str], found: Mapping[str, str]) -> tuple[float, float, float]:
    """F1, precision and recall [Bagga and Baldwin 1998]."""
    return _mean(_each(gold, found).values())


def _each(gold: Mapping[str, str], found: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """Precision and recall of each article."""
    true: defaultdict[str, set[str]] = defaultdict(set)
    given: defaultdict[str, set[str]] = defaultdict(set)
    for key, story in gold.items():
        true[story].add(key)
        given[found[key]].add(key)
    common = {key: len(true[gold[key]] & given[found[key]]) for key in gold}
    return {key: (common[key] / len(given[found[key]]), common[key] / len(true[gold[key]])) for key in gold}


def _mean(scores: Collection[tuple[float, float]]) -> tuple[float, float, float]:
    precision, recall = (math.fsum(each) / len(scores) for each in zip(*scores, strict=True))
    return 2 * precision * recall / (precision + recall), precision, recall


def _set(name: str) -> tuple[list[Telling], dict[str, str]] | None:
    path = DATA / f"stories_{name}.dev.jsonl"
    if not path.exists():
        return None
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    batch = [Telling(key=row["id"], title=row["title"], text=row["body"], date=_date(row["date"])) for row in rows]
    return batch, {row["id"]: row["story"] for row in rows}


def _date(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
    except ValueError:
        return None


def interval(name: str, gold: Mapping[str, str], found: Mapping[str, str]) -> tuple[float, float]:
    """Where nine in ten of B-cubed F1 lie when whole topics are drawn anew: the set's stories are a sample too."""
    scores = _each(gold, found)
    topics: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for key, story in gold.items():
        topics[story.partition("_")[0] if name == "ecb" else story].append(scores[key])
    rng = random.Random(1)  # noqa: S311 chance here is no secret
    names = sorted(topics)
    drawn = sorted(
        _mean([score for topic in rng.choices(names, k=len(names)) for score in topics[topic]])[0] for _ in range(DRAWS)
    )
    return drawn[DRAWS // 20], drawn[-1 - DRAWS // 20]


def swept(sets: Mapping[str, tuple[Sequence[Telling], Mapping[str, str]]]) -> Iterator[str]:
    """Rows of F1 for each set as one threshold moves and the others stay."""
    for constant, values in SWEPT.items():
        kept = getattr(linkage, constant)
        for value in values:
            setattr(linkage, constant, value)
            figures = " | ".join(f"{b_cubed(gold, ours(batch))[0]:.3f}" for batch, gold in sets.values())
            yield f"| {constant} | {value}{' *' if value == kept else ''} | {figures} |"
        setattr(linkage, constant, kept)


def copies() -> str | None:
    """How copies are found in disturbed articles, as pairs; None where there are none."""
    path = DATA / "neardup_g5.dev.jsonl"
    if not path.exists():
        return None
    rows = {row["id"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}
    stories = group(Telling(key=row["id"], title=row["title"], text=row["body"]) for row in rows.values())
    led = {key: story.lead for story in stories for key in story.keys}
    wanted = [(one, other) for one, other in combinations(rows, 2) if rows[one]["dup"] == rows[other]["dup"]]
    named = [also for story in stories for also in story.also if also.is_copy]
    wrong = sum(rows[also.key]["story"] != rows[also.nearest]["story"] for also in named)
    together = sum(led[one] == led[other] for one, other in wanted)
    told = f"{together} of {len(wanted)} pairs of copies are in one story"
    return f"{told}; of {len(named)} articles told to be copies {wrong} are of an article of another story"


def main() -> None:
    """Print B-cubed F1, precision and recall on each set that is there, and how they change with the thresholds."""
    print("| set | articles | ours: F1, P, R | nine in ten | connected components: F1, P, R |")
    print("| --- | --- | --- | --- | --- |")
    sets = {}
    for name in SETS:
        there = _set(name)
        if there is None:
            print(f"| {name} | not beside this clone | | | |")
            continue
        sets[name] = batch, gold = there
        found = ours(batch)
        figures = [" ".join(f"{each:.3f}" for each in b_cubed(gold, way)) for way in (found, connected(batch))]
        low, high = interval(name, gold, found)
        print(f"| {name} | {len(batch)} | {figures[0]} | {low:.3f} to {high:.3f} | {figures[1]} |")
    if sets:
        print(f"\n| | * as it is | {' | '.join(sets)} |\n| --- | --- |{' --- |' * len(sets)}")
        print("\n".join(swept(sets)))
    print(f"\n{copies() or 'no copies beside this clone'}")


if __name__ == "__main__":
    main()
