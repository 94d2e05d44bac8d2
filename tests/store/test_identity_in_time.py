"""Identity over many collections: files written, edited, moved, removed and brought back in any order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from digest.core.identity import normalise_url
from digest.store.opening import open_store

if TYPE_CHECKING:
    from digest.store.opening import Store

PATHS = [f"{letter}.md" for letter in "abcdef"]
TEXTS = st.sampled_from(["one", "two", "three", "four"])
IDS = st.sampled_from(["", "", "", "x", "y", "z"])
URLS = st.sampled_from(["", "", "", "https://e.org/1", "https://E.org/1/", "https://e.org/2"])
SHORT = st.sampled_from([False, False, False, True])


class Folder(RuleBasedStateMachine):
    """One folder; `keys` is every key ever given, in order."""

    empty: ClassVar[Store]
    newsrooms: ClassVar[type]

    def __init__(self) -> None:
        super().__init__()
        self.store = self.empty.scratch()
        self.newsroom = self.newsrooms(self.store)
        self.keys: list[str] = []
        self.removed: dict[str, Any] = {}

    def teardown(self) -> None:
        self.store.close()

    def living(self) -> dict[str, Any]:
        return {a.path: a for a in self.store.library.articles() if not a.withdrawn}

    @rule(path=st.sampled_from(PATHS), text=TEXTS, id=IDS, url=URLS, short=SHORT, draft=st.booleans())
    def write(self, path, text, **fields) -> None:
        self.newsroom.put(path, text, **fields)

    @precondition(lambda self: self.newsroom.files)
    @rule(data=st.data(), to=st.sampled_from(PATHS))
    def move(self, data, to) -> None:
        (article,) = self.newsroom.files.pop(data.draw(st.sampled_from(sorted(self.newsroom.files))))
        self.newsroom.files[to] = (replace(article, path=to),)

    @precondition(lambda self: self.newsroom.files)
    @rule(data=st.data())
    def remove(self, data) -> None:
        path = data.draw(st.sampled_from(sorted(self.newsroom.files)))
        self.removed[path] = self.newsroom.files.pop(path)

    @precondition(lambda self: self.removed)
    @rule(data=st.data())
    def bring_back(self, data) -> None:
        path = data.draw(st.sampled_from(sorted(self.removed)))
        self.newsroom.files[path] = self.removed.pop(path)

    @rule()
    def collect(self) -> None:
        before = self.living()
        changes = self.newsroom.collect()
        assert not set(changes.added) & set(self.keys), "a key was given twice"
        self.keys += changes.added
        after = self.living()
        for path in before.keys() & after.keys():
            # A stronger claim may have taken the old article elsewhere, and nothing else may.
            if not after[path].id and not after[path].url and after[path].key != before[path].key:
                assert before[path].key in {article.key for article in after.values()}, "an edit lost its key"
        # An unchanged folder changes nothing; what was set aside is told again.
        again = self.newsroom.collect()
        assert (again.added, again.updated, again.withdrawn) == ((), (), ())
        assert again.problems == self.store.library.problems()
        self.check_that_each_file_is_accounted_for(again.problems)

    def check_that_each_file_is_accounted_for(self, problems) -> None:
        living = self.living()
        aside = {problem.place.removeprefix("articles/") for problem in problems}
        assert living.keys() | aside == self.newsroom.files.keys()
        assert not living.keys() & aside
        for path, article in living.items():
            (found,) = self.newsroom.files[path]
            assert (article.title, article.body, article.id) == (found.title, found.body, found.id)

    @invariant()
    def no_key_is_lost(self) -> None:
        assert sorted(self.keys) == [article.key for article in self.store.library.articles()]

    @invariant()
    def no_two_living_articles_share_an_identity(self) -> None:
        living = [article for article in self.store.library.articles() if not article.withdrawn]
        for values in (
            [article.path for article in living],
            [article.id for article in living if article.id],
            [normalise_url(article.url) for article in living if article.url],
        ):
            assert len(values) == len(set(values))


@pytest.mark.unmeasured
def test_identity_over_time(newsrooms):
    with open_store("sqlite://") as store:
        Folder.empty, Folder.newsrooms = store, newsrooms
        run_state_machine_as_test(
            Folder,
            settings=settings(
                max_examples=50, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
