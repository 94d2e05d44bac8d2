"""The preview over HTTP: what it shows, how it renews itself, what it keeps its hands off, whom it answers."""

from __future__ import annotations

import re

import pytest

from digest.app import Newsroom
from digest.cli import main
from digest.preview.views import VIEWS

EDITION = "2026-03-02T0700Z"
FEED = (
    "<rss version='2.0'><channel><title>F</title><item><title>Out of a feed</title><guid>a</guid>"
    "<pubDate>Fri, 27 Feb 2026 08:00:00 GMT</pubDate><description>It came by a feed.</description></item>"
    "</channel></rss>"
)


@pytest.fixture
def run(room, capsys):
    def digest(*args: str) -> None:
        with pytest.raises(SystemExit) as stop:
            main([args[0], "--config", str(room.config), *args[1:]])
        assert not stop.value.code
        capsys.readouterr()

    return digest


def alerted(preview) -> str:
    found = re.search(r'role="alert">(.*?)</section>', preview.ask("/").text, re.DOTALL)
    return found[1] if found else ""


def noticed(preview) -> str:
    return " ".join(re.findall(r'class="notice">(.*?)<', preview.ask("/").text))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.key or "overview")
def test_each_view_is_a_page_whose_frames_have_something_in_them(serve, view):
    preview = serve()
    page = preview.ask(f"/{view.key}")
    assert page.status == 200
    assert f'href="/{view.key}" aria-current="page"' in page.text
    frames = re.findall(r'<iframe src="(.*?)"', page.text)
    assert len(frames) == len(view.frames)
    assert frames or "First" in page.text or "rss.xml" in page.text or view.key == "findings"
    for each in frames:
        assert preview.ask(each).status == 200
        assert "First things" in preview.ask(each).text


def test_words_and_reports_are_of_this_edition(serve):
    preview = serve()
    assert "Second thoughts [" in preview.ask("/text").text
    assert re.search(r'<li id="L1"><code>&lt;!DOCTYPE html&gt;</code>', preview.ask("/source").text)
    assert "weekly.news.example.org" in preview.ask("/headers").text
    assert "SPAM" not in preview.ask("/headers").text
    reasons = preview.ask("/reasons").text
    assert re.search(r'class="out"><td>out</td><td>too old</td><td><bdi>Old news', reasons)
    assert "first.md" in reasons
    assert preview.ask("/site/rss.xml").text.count("<item>") == 2
    assert preview.ask("/site/").text == preview.ask("/site/index.html").text


def test_findings_lead_to_their_line_and_say_what_to_do(serve, room):
    room.write("templates/email-footer.html", '<tr><td><a href="http://localhost/x">here</a></td></tr>')
    preview = serve()
    page = preview.ask("/findings").text
    found = re.search(r'</b> (LINK\d+) <code><a href="/source#L(\d+)">weekly email\.html:\2</a>', page)
    assert found
    assert re.search(rf'<li id="L{found[2]}"><code>.*localhost', preview.ask("/source").text)
    ignored = f"checks: {{ignore: [{{code: {found[1]}, reason: we live with it}}]}}\n"
    room.write("config.yaml", room.config.read_text() + ignored)
    preview.studio.look()
    assert "Ignored: we live with it" in preview.ask("/findings").text


def test_pictures_that_were_never_published_are_shown(serve):
    preview = serve()
    (address,) = set(re.findall(r'<img[^>]* src="(.*?)"', preview.ask("/frame/light").text))
    picture = preview.ask(address)
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    assert f'src="https://news.example.org/weekly/{EDITION}/images/' in preview.ask("/source").text.replace(
        "&#34;", '"'
    )


def test_a_change_of_an_article_a_template_or_the_configuration_is_seen(serve, room):
    preview = serve()
    assert preview.version == 1
    preview.studio.look()
    assert preview.version == 1  # nothing has changed
    room.article("third", "Third time lucky")
    preview.studio.look()
    assert preview.version == 2
    assert "Third time lucky" in preview.ask("/frame/light").text
    room.write("templates/subject.txt", "Hear, hear: {{ edition.count }}\n")
    preview.studio.look()
    assert preview.version == 3
    assert "<h1>Hear, hear: 3</h1>" in preview.ask("/").text
    room.write("templates/standard/theme.yaml", "colours: {accent: '#7a0019'}\n")
    preview.studio.look()
    assert "#7a0019" in preview.ask("/frame/light").text
    room.write("config.yaml", room.config.read_text().replace("The Test Weekly", "The Renamed"))
    preview.studio.look()
    assert preview.version == 5
    assert "The Renamed" in preview.ask("/frame/light").text
    (room.root / "articles/third.md").unlink()
    preview.studio.look()
    assert "Third time lucky" not in preview.ask("/frame/light").text


def test_articles_of_a_source_that_is_new_are_watched_from_then_on(serve, room):
    preview = serve()
    more = "sources: [{type: folder, path: articles}, {type: folder, path: more}]\n"
    room.write("more/a.md", "---\ntitle: From elsewhere\ndate: 2026-02-26\n---\nWords.\n")
    room.write("config.yaml", room.config.read_text() + more)
    preview.studio.look()
    assert "From elsewhere" in preview.ask("/frame/light").text
    preview.studio.look()
    room.write("more/a.md", "---\ntitle: From another place\ndate: 2026-02-26\n---\nWords.\n")
    preview.studio.look()
    assert "From another place" in preview.ask("/frame/light").text


def test_a_mistake_in_a_template_is_shown_with_its_line_beside_the_last_good_edition(serve, room):
    preview = serve()
    room.write("templates/email-footer.html", "<tr><td>\n{{ story.nothing }}</td></tr>\n")
    preview.studio.look()
    assert "<code>templates/email-footer.html:2</code>" in alerted(preview)
    assert "First things" in preview.ask("/frame/light").text
    room.write("templates/email-footer.html", "<tr><td>{{ newsletter.title }}, mended</td></tr>\n")
    preview.studio.look()
    assert alerted(preview) == ""
    assert "The Test Weekly, mended" in preview.ask("/frame/light").text


def test_mistakes_in_the_configuration_are_all_shown_and_the_preview_goes_on(serve, room):
    good = room.config.read_text()
    preview = serve()
    room.write("config.yaml", good.replace("0 8 * * mon", "every blue moon") + "outptu: here\n")
    preview.studio.look()
    assert alerted(preview).count(f"<code>{room.config}:") == 2
    assert "First things" in preview.ask("/frame/light").text
    room.write("config.yaml", good.replace("weekly:", "monthly:"))
    preview.studio.look()
    assert "there is no newsletter" in alerted(preview)
    room.write("config.yaml", good)
    preview.studio.look()
    assert alerted(preview) == ""


def test_a_preview_that_begins_with_a_mistake_has_no_edition_until_it_is_mended(serve, room):
    room.write("templates/email.html", "{% if %}")
    preview = serve()
    assert "<code>templates/email.html:1</code>" in alerted(preview)
    assert preview.ask("/frame/light").status == preview.ask("/site/index.html").status == 404
    (room.root / "templates/email.html").unlink()
    preview.studio.look()
    assert "First things" in preview.ask("/frame/light").text


def test_nothing_is_written(serve, room, run):
    run("run", "weekly", "--at", "2026-02-23T12:00:00Z")
    before = room.files()
    preview = serve()
    for view in VIEWS:
        assert preview.ask(f"/{view.key}").status == 200
    preview.server.stop()
    assert room.files() == before
    with Newsroom.open(room.config) as newsroom:
        assert [each.id for each in newsroom.store.editions.records("weekly")] == ["2026-02-23T0700Z"]


def test_what_was_made_before_is_made_anew_with_the_templates_of_today(serve, room, run):
    run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    room.write("templates/subject.txt", "Of today\n")
    preview = serve()
    assert "<h1>Of today</h1>" in preview.ask("/").text
    assert "First things" in preview.ask("/frame/light").text
    assert "Old news" not in preview.ask("/frame/light").text
    assert "This edition is made, and stays as it was made" in noticed(preview)


def test_where_no_story_waits_those_that_were_sent_show_the_look(serve, run):
    run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    run("run", "weekly", "--at", "2026-03-09T12:00:00Z")
    preview = serve(at="2026-04-06T12:00:00Z")
    assert alerted(preview) == ""
    frame = preview.ask("/frame/light").text
    assert "First things" in frame
    assert "Old news" in frame
    assert "No story waits for this edition" in noticed(preview)


def test_it_is_said_where_too_few_stories_wait(serve, room):
    room.write("config.yaml", room.config.read_text() + "    minimum: 3\n")
    preview = serve()
    assert "With fewer than 3 stories there would be no edition" in noticed(preview)
    assert "Old news" not in preview.ask("/frame/light").text
    room.write("config.yaml", room.config.read_text() + "    too_few: top_up\n")
    preview.studio.look()
    assert noticed(preview) == ""
    assert "Old news" in preview.ask("/frame/light").text


def test_a_newsroom_without_articles_says_so(serve, room):
    for each in room.root.glob("articles/*.md"):
        each.unlink()
    assert "there is no article to show" in alerted(serve())


def test_a_key_that_is_not_here_takes_nothing_but_the_header(serve, room):
    room.write(
        "config.yaml", room.config.read_text() + "mail: {dkim: [{domain: example.org, selector: a, key: no.pem}]}\n"
    )
    preview = serve()
    assert "The message has no header here" in noticed(preview)
    assert "First things" in preview.ask("/frame/light").text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8026",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "x@127.0.0.1",
    ],
)
def test_another_host_is_not_answered(serve, host):
    preview = serve()
    for path in ("/", "/version", "/frame/light", "/site/index.html", "/preview.js"):
        assert preview.ask(path, Host=host).status == 421
    assert preview.ask("/", Host="localhost:1").status == preview.ask("/", Host="[::1]").status == 200


def test_a_host_that_was_asked_for_is_answered_and_still_no_name_of_the_web(serve):
    preview = serve(host="192.0.2.1")
    assert preview.ask("/", Host="192.0.2.1:8026").status == 200
    assert preview.ask("/", Host="evil.example").status == 421
    assert serve(host="Desk.local").ask("/", Host="desk.local:8026").status == 200


def test_pages_of_other_origins_get_nothing(serve):
    preview = serve()
    for site in ("cross-site", "same-site"):
        assert preview.ask("/frame/light", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors").status == 403
        frame = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
        assert preview.ask("/frame/light", Sec_Fetch_Site=site, **frame).status == 403
    assert preview.ask("/version", Origin="https://evil.example").status == 403
    assert preview.ask("/version", Origin="http://localhost:9", Sec_Fetch_Site="same-site").status == 403
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert preview.ask("/", **followed).status == 200
    assert preview.ask("/", Sec_Fetch_Site="same-origin").status == 200


def test_every_answer_says_what_may_be_loaded(serve):
    preview = serve()
    page = preview.ask("/")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.text.count("<script") == 1
    assert "http" not in re.sub(r"<(?:p|h1|dd).*", "", page.text)
    for path in ("/frame/light", f"/site/{EDITION}/index.html", "/site/rss.xml"):
        policy = preview.ask(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
    assert "img-src 'none'" in preview.ask("/frame/bare").headers["Content-Security-Policy"]
    for path in ("/", "/version", "/frame/dark", "/preview.css", "/nowhere", "/frame/nowhere", "/site/../config.yaml"):
        answer = preview.ask(path)
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert preview.ask("/site/../config.yaml").status == preview.ask("/nowhere").status == 404


def test_what_feeds_brought_is_shown_of_an_edition_that_is_made(serve, room, run):
    """Nothing is fetched for a look, and the library has it."""
    feed = room.write("saved.xml", FEED)
    run("import", str(feed))
    run("run", "weekly", "--at", "2026-03-02T12:00:00Z")
    preview = serve()
    assert "Out of a feed" in preview.ask("/frame/light").text
    # A feed's entry has no path that would tell anything.
    reasons = preview.ask("/reasons").text
    assert re.search(r"<bdi>Out of a feed</bdi><br><code>import:feed:.*saved\.xml</code>", reasons)
    assert "<bdi>First things</bdi><br><code>first.md</code>" in reasons


def test_what_is_wrong_in_two_places_is_one_finding(serve, room):
    link = '<a href="http://localhost/x">here</a>'
    room.write("templates/email-footer.html", f"<tr><td>{link}</td></tr>\n<tr><td>{link}</td></tr>")
    (found,) = [each for each in re.findall(r"<h3>.*?</h3>", serve().ask("/findings").text) if "LINK004" in each]
    assert found.count("weekly email.html:") == 2


def test_a_look_at_what_was_made_asks_no_model_and_fetches_nothing(room):
    with Newsroom.open(room.config, scratch=True) as newsroom, newsroom.unmade(newsroom.clock()) as another:
        assert (another.asks, another.pictures()) == (False, None)
