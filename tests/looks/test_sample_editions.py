"""The sample editions are what they are said to be."""

from __future__ import annotations

import re

import pytest
from editions import KINDS, SITE, compose, local

from digest.render.folders import SETS

pytestmark = pytest.mark.unmeasured  # eighteen editions with their pictures
LEAST = {"short": 3, "full": 16, "odd": 8, "one": 1, "sixty": 20, "arabic": 3}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    return {(each.kind, each.template): each for each in compose(tmp_path_factory.mktemp("samples"))}


@pytest.mark.parametrize("template", SETS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_composed_in_each_set(samples, kind, template):
    sample = samples[kind, template]
    text = sample.html()
    assert LEAST[kind] <= len(re.findall("<h3", text)) <= max(LEAST[kind], 60)
    assert f'lang="{"ar" if kind == "arabic" else "en"}"' in text
    assert (sample.edition / "index.html").exists()
    assert (sample.newsletter / "index.html").exists()
    assert b"DKIM-Signature:" in sample.message.read_bytes()
    assert b"List-Unsubscribe:" in sample.message.read_bytes()


def test_pictures_are_taken_from_the_disk_and_links_stay(samples):
    sample = samples["short", "standard"]
    text = local(sample.html(), sample.served)
    pictures = re.findall(r'src="file://([^"]+)"', text)
    assert len(pictures) >= 2
    assert all(sample.served.joinpath(each).exists() for each in pictures)
    assert f'href="{SITE}standard/' in text


def test_sixty_stories_do_not_all_stand_in_a_message(samples):
    text = samples["sixty", "standard"].html()
    assert "Read the rest" in text
