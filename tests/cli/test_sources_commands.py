"""`digest sources`, against a real web server on loopback: what it finds, what it writes, what it refuses."""

from __future__ import annotations

import socketserver
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))

from web_server import answer, serving

TEXT = "The pump was mended on a quiet afternoon, and the whole street came out to see the water run again."
PAGE = "The mill stands where the two brooks meet, and its wheel has turned there for longer than anybody can say. " * 6
OPML = """\
<opml version="2.0"><body>
<outline text="Water"><outline type="rss" text="Pumps" xmlUrl="https://pumps.example.org/feed" language="de"/></outline>
<outline type="rss" text="Mills" xmlUrl="https://mills.example.org/feed"/>
<outline type="rss" text="Nowhere"/>
<outline type="rss" text="Files" xmlUrl="file:///etc/passwd"/>
</body></opml>
"""


def entry(number: int, **more: str) -> str:
    fields = {"title": f"Pump {number}", "link": f"https://example.org/{number}", "guid": f"g{number}"}
    fields |= {"pubDate": f"{number} Mar 2026 08:00:00 GMT", "description": f"{TEXT} {number}", **more}
    return f"<item>{''.join(f'<{name}>{text}</{name}>' for name, text in fields.items())}</item>"


def feed(*entries: str, title: str = "Pumps") -> bytes:
    return answer(f"<rss version='2.0'><channel><title>{title}</title>{''.join(entries)}</channel></rss>".encode())


def html(title: str, body: str, head: str = "") -> bytes:
    page = f"<!DOCTYPE html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return answer(page.encode(), content_type="text/html")


@pytest.fixture
def web():
    with serving() as server:
        server.on("/robots.txt", answer(status=404))
        server.on("/feed", feed(entry(1), entry(2), entry(3)))
        yield server


@pytest.fixture
def config(room):
    return room.root / "config.yaml"


def add(room, address: str, *more: str):
    return room.run("sources add", address, "--local", *more)


def listed(room) -> dict[str, dict]:
    return {each["name"]: each for each in room.run("sources list", "--json").json}


def test_a_feed_is_added_with_what_was_asked_for_and_nothing_else_changes(room, web, config):
    config.write_text(f"# ours\n{config.read_text()}# the end\n")
    before = config.read_text()
    more = ("--category", "Water", "--priority", "2", "--first", "2", "--timezone", "Europe/Berlin", "--full-text")
    result = add(room, web.url("/feed"), *more)
    assert (result.code, result.err) == (0, "")
    assert "3 articles, 2 of them would be taken" in result.out
    assert f"added to {config}: feed:Pumps" in result.out
    (line,) = set(config.read_text().splitlines()) - set(before.splitlines())
    assert line == (
        f"  - {{type: feed, url: '{web.url('/feed')}', name: Pumps, categories: [Water], timezone: Europe/Berlin, "
        "priority: 2, first: 2, local: true, full_text: true}"
    )
    assert config.read_text().replace(f"{line}\n", "") == before
    assert listed(room)["feed:Pumps"]["priority"] == 2


def test_a_page_that_names_feeds_leads_to_the_first_that_works(room, web):
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{path}" href="/{path}">' for path in ("gone", "feed")
    )
    web.on("/", html("Pumps", "<p>Welcome.</p>", links))
    result = add(room, web.url("/"), "--dry-run")
    assert result.code == 0
    assert web.url("/feed") in result.out.splitlines()[0]
    assert web.url("/gone") not in result.out
    assert "nothing was written" in result.out


def test_other_feeds_of_a_page_are_named(room, web):
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{path}">' for path in ("feed", "comments")
    )
    web.on("/", html("Pumps", "<p>Welcome.</p>", links))
    assert f"the page names another feed: {web.url('/comments')}" in add(room, web.url("/")).out
    assert [name for name in listed(room) if name != "folder:articles"] == ["feed:Pumps"]


def test_a_page_without_feeds_is_read_itself(room, web, config):
    paths = [f"/2026/03/mill-{number}" for number in range(1, 4)]
    cards = "".join(
        f'<article><h2><a href="{path}">The long story of mill number {path[-1]}</a></h2><p>A teaser.</p></article>'
        for path in paths
    )
    web.on("/news", html("News", f"<main>{cards}</main>"))
    result = add(room, web.url("/news"), "--name", "Mills")
    assert (result.code, result.err) == (0, "")
    assert "The long story of mill number 1" in result.out
    assert f"{{type: webpage, url: '{web.url('/news')}', name: Mills, local: true}}" in config.read_text()


def test_a_page_is_called_by_its_title(room, web):
    cards = "".join(
        f'<article><h2><a href="/2026/03/mill-{n}">A long story of {n} mills</a></h2></article>' for n in "345"
    )
    web.on("/news", html("Mill News", f"<main>{cards}</main>"))
    assert add(room, web.url("/news")).code == 0
    assert "webpage:Mill News" in listed(room)


def guarded(content: bytes):
    """Answers with content where somebody logs in as desk with s3cret, and with 401 where nobody does."""

    async def said(asked, writer) -> None:
        writer.write(content if asked.headers.get("authorization") == "Basic ZGVzazpzM2NyZXQ=" else answer(status=401))
        await writer.drain()

    return said


def test_a_source_logs_in_and_nothing_shows_it(room, web, config, monkeypatch, caplog):
    web.on("/feed", guarded(feed(entry(1))))
    refused = add(room, web.url("/feed"))
    assert "it wants a login: write 'username' and 'password' beside the address" in refused.err
    monkeypatch.setenv("PUMP_PASSWORD", "s3cret")
    added = add(room, web.url("/feed"), "--name", "Pumps", "--login", "desk", "PUMP_PASSWORD")
    assert (added.code, "username: desk, password: '${PUMP_PASSWORD}'" in config.read_text()) == (0, True)
    said = [added, room.run("run", "weekly", "--at", "2026-03-09T08:00:00Z", "--verbose")]
    said += [room.run(f"sources {each}") for each in ("list", "list --json", "test --json", "export")]
    assert listed(room)["feed:Pumps"]["articles"] == 1
    for each in said:
        assert "s3cret" not in each.out + each.err
        assert "desk" not in each.out.replace("desk@", "") + each.err
    monkeypatch.delenv("PUMP_PASSWORD")
    assert "PUMP_PASSWORD, which holds its password, is not set" in room.run("sources test", "Pumps").err


def test_a_feed_of_somebody_else_is_told_no_login(room, web, config, monkeypatch):
    monkeypatch.setenv("PUMP_PASSWORD", "s3cret")
    theirs = web.url("/feed", "localhost")
    web.on("/", guarded(html("P", "<p>.</p>", f'<link rel="alternate" type="application/rss+xml" href="{theirs}">')))
    assert add(room, web.url("/"), "--login", "desk", "PUMP_PASSWORD").code == 0
    assert [("authorization" in each.headers) for each in web.asked] == [True, False]
    assert theirs in config.read_text()
    assert "PUMP_PASSWORD" not in config.read_text()


def test_a_login_in_an_address_is_refused_and_not_repeated(room, config):
    listing = (
        '<opml version="2.0"><body><outline type="rss" xmlUrl="https://desk:s3cret@a.example/feed"/></body></opml>'
    )
    file = str(room.write("feeds.opml", listing))
    for args in (("sources add", "https://desk:s3cret@a.example/feed"), ("sources import", file)):
        refused = room.run(*args)
        assert refused.code != 0
        assert "has a login in it" in refused.err
        assert "s3cret" not in refused.out + refused.err + config.read_text()


def test_a_name_that_is_not_quite_one_is_guessed(room, web):
    add(room, web.url("/feed"), "--name", "Pumps of the town")
    for given in ("pumps", "Pumps of teh town"):
        for command in ("test", "remove"):
            said = room.run(f"sources {command}", given).err
            assert f"there is no source '{given}'; did you mean 'Pumps of the town'?" in said


def test_a_file_is_no_address(room, tmp_path):
    file = tmp_path / "feeds.opml"
    file.write_text(OPML)
    result = room.run("sources add", str(file))
    assert result.code == 2
    assert "is a file; digest sources import reads lists of feeds" in result.err


def test_what_is_added_comes_into_the_library_and_the_list(room, web):
    add(room, web.url("/feed"), "--name", "Pumps", "--category", "One")
    assert listed(room)["feed:Pumps"]["state"] == "not yet fetched"
    assert room.run("run", "weekly", "--at", "2026-03-09T08:00:00Z").code == 0
    found = listed(room)["feed:Pumps"]
    assert (found["articles"], found["state"], found["failures"], found["error"]) == (3, "works", 0, None)
    assert found["last_success"] == "2026-03-09T08:00:00Z"
    rows = [line.split("\t") for line in room.run("sources list").out.splitlines()]
    assert [(row[0], row[3]) for row in rows] == [("folder:articles", "files"), ("feed:Pumps", "works")]


def test_one_that_fails_is_listed_with_its_reason(room, web):
    add(room, web.url("/feed"), "--name", "Pumps")
    web.on("/feed", answer(status=500))
    assert "nothing came this time, and it is tried again" in room.run("run", "weekly").out
    found = listed(room)["feed:Pumps"]
    assert (found["state"], found["failures"]) == ("failing", 1)
    assert "answers 500" in found["error"]


def test_what_a_run_says_of_a_source_that_has_nothing_new_and_of_one_that_is_gone(room, web):
    whole = answer(feed(entry(1)).partition(b"\r\n\r\n")[2], etag='"1"')
    web.on("/feed", whole, whole, answer(status=304))
    web.on("/other", feed(entry(7)))
    add(room, web.url("/feed"), "--name", "Pumps")
    add(room, web.url("/other"), "--name", "Gone")
    room.run("run", "weekly", "--at", "2026-03-09T08:00:00Z")
    web.on("/other", answer(status=410))
    said = room.run("run", "weekly", "--at", "2026-03-10T08:00:00Z")
    assert "feed:Pumps: nothing new\n" in said.out
    assert "feed:Gone: nothing has come of it since" in said.err
    assert "it is tried again" not in said.out


def test_doubts_of_a_feed_that_was_imported_are_told_once(room):
    file = room.write("saved.xml", "<rss version='2.0'><channel><item><title>Undated</title></item></channel></rss>")
    assert "no date" in room.run("import", str(file)).err
    assert "Undated" not in room.run("run", "weekly", "--at", "2026-03-09T08:00:00Z").err
    assert "Undated" in room.run("articles", "--problems").out


def test_a_source_that_was_removed_and_added_again_gives_its_articles_again(room, web):
    web.on("/feed", answer(feed(entry(1)).partition(b"\r\n\r\n")[2], etag='"1"'))
    add(room, web.url("/feed"), "--name", "Pumps")
    room.run("run", "weekly", "--at", "2026-03-09T08:00:00Z")
    assert room.run("sources remove", "Pumps").out.endswith("feed:Pumps\n")
    room.run("run", "weekly", "--at", "2026-03-09T09:00:00Z")
    assert "feed:Pumps" not in listed(room)
    add(room, web.url("/feed"), "--name", "Pumps")
    room.run("run", "weekly", "--at", "2026-03-09T10:00:00Z")
    assert "if-none-match" not in web.asked[-1].headers
    shown = [each for each in room.run("articles", "--json").json if each["title"] == "Pump 1"]
    assert [each["withdrawn"] for each in shown] == [False]


def test_a_test_shows_every_doubt_and_keeps_nothing(room, web):
    web.on("/feed", feed(entry(1, pubDate="31 Foo 2026"), entry(2)))
    add(room, web.url("/feed"), "--name", "Pumps")
    result = room.run("sources test", "Pumps")
    assert result.code == 0
    assert "2 articles, 2 of them would be taken" in result.out
    assert "entry 1 (Pump 1)" in result.err
    assert listed(room)["feed:Pumps"]["state"] == "not yet fetched"
    assert listed(room)["feed:Pumps"]["articles"] == 0


def test_rules_can_be_tried(room, web, config):
    add(room, web.url("/feed"), "--name", "Pumps")
    before = config.read_text()
    more = ("--rule", "exclude.words=2, 3", "--json")
    (found,) = room.run("sources test", "Pumps", *more).json
    told = [(each["title"], each["taken"], each["reason"]) for each in found["articles"]]
    assert told == [
        ("Pump 1", True, None),
        ("Pump 2", False, "it matches exclude.words ('2')"),
        ("Pump 3", False, "it matches exclude.words ('3')"),
    ]
    assert config.read_text() == before
    assert "- 2026-03-02  Pump 2" in room.run("sources test", "Pumps", "--rule", "include.words=1").out


def test_an_address_in_the_own_network_can_be_tried_by_its_operator_s_word(room, web):
    local = web.url("/feed", "localhost")
    refused = room.run("sources test", local)
    assert (refused.code, "inside your own network" in refused.err) == (1, True)
    result = room.run("sources test", local, "--local", "--rule", "exclude.words=2")
    assert (result.code, result.err) == (0, "")
    assert "3 articles, 2 of them would be taken" in result.out
    assert list(listed(room)) == ["folder:articles"]


def test_a_source_of_files_is_not_fetched_by_a_test(room):
    result = room.run("sources test", "articles")
    assert (result.code, result.out) == (0, "nothing is fetched: these are files, which digest check reads\n")


@pytest.mark.parametrize("rule", ["words=a", "exclude.words=", "exclude.sources=a", "only.words=a", "exclude.words"])
def test_a_rule_that_cannot_be_read_is_refused(room, web, rule):
    add(room, web.url("/feed"), "--name", "Pumps")
    result = room.run("sources test", "Pumps", "--rule", rule)
    assert result.code == 2
    assert f"--rule '{rule}': expected include or exclude" in result.err


def test_without_a_name_all_are_tested_and_one_that_fails_is_told(room, web):
    web.on("/other", feed(entry(7), title="Others"))
    add(room, web.url("/feed"))
    add(room, web.url("/other"))
    web.on("/feed", answer(status=404))
    result = room.run("sources test", "--json")
    assert result.code == 1
    assert "feed:Pumps: " in result.err
    assert "answers 404" in result.err
    assert [each["source"] for each in result.json] == ["feed:Others"]


def test_who_asks_for_more_reads_why_beside_what(room, web):
    add(room, web.url("/feed"), "--name", "Pumps")
    said = room.run("sources test", "Pumps", "--rule", "include.words=no such word", "--verbose").out.splitlines()
    assert said[1].startswith("  - ")
    assert said[2] == "      it matches none of include.words (no such word)"
    assert "it matches" not in room.run("sources test", "Pumps", "--rule", "include.words=no such word").out


def test_an_address_that_fails_is_named_once(room, web):
    web.on("/gone", answer(status=404))
    assert room.run("sources add", web.url("/gone"), "--local").err.count(web.url("/gone")) == 1


class InPlainText(socketserver.BaseRequestHandler):
    """A web server that speaks no TLS, and says so to who does."""

    def handle(self):
        self.request.recv(1)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_host_without_tls_is_told_how_to_write_it(room):
    with socketserver.TCPServer(("127.0.0.1", 0), InPlainText) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = room.run("sources add", f"127.0.0.1:{server.server_address[1]}/feed", "--local")
        server.shutdown()
    assert result.code == 1
    assert "speaks no TLS: write http:// where that is meant" in result.err


def test_files_are_not_fetched(room):
    result = room.run("sources test")
    assert (result.code, result.err) == (0, "")
    assert "these are files" in result.out


def test_a_name_that_nothing_has_is_told(room):
    result = room.run("sources test", "Pumps")
    assert result.code == 2
    assert "there is no source 'Pumps'" in result.err


@pytest.mark.parametrize(
    ("path", "said"),
    [("/missing", "answers 404"), ("/empty", "is empty"), ("/text", "no feed"), ("/broken", "answers 500")],
)
def test_nothing_is_added_of_what_cannot_be_used(room, web, config, path, said):
    web.on("/empty", answer(b""))
    web.on("/text", answer(b"Just a line of text.", content_type="text/plain"))
    web.on("/broken", answer(status=500))
    before = config.read_text()
    result = add(room, web.url(path))
    assert result.code == 1
    assert said in result.err or path == "/text"
    assert web.url(path) in result.err
    assert config.read_text() == before


def test_a_host_that_is_not_there_is_told(room, config):
    before = config.read_text()
    result = room.run("sources add", "https://nobody.invalid/feed")
    assert result.code == 1
    assert "nobody.invalid" in result.err
    assert config.read_text() == before


def test_the_own_network_is_refused_unless_it_is_meant(room, web):
    result = room.run("sources add", web.url("/feed"))
    assert result.code == 1
    assert "inside your own network: if you mean it, say `local: true`" in result.err
    assert web.asked == []


@pytest.mark.parametrize(
    ("address", "more", "said"),
    [
        ("file:///etc/passwd", (), "expected an address"),
        ("https://", (), "expected an address"),
        ("https://example.org/#a", (), "without '#'"),
        ("https://example.org/feed", ("--first", "soon"), "first: expected a number"),
        ("https://example.org/feed", ("--timezone", "Mars/Base"), "timezone: "),
        ("https://example.org/feed", ("--language", "!!"), "language: "),
    ],
)
def test_what_is_wrong_on_the_command_line_is_told(room, address, more, said):
    result = room.run("sources add", address, *more)
    assert result.code == 2
    assert said in result.err


def test_an_address_that_is_a_source_already_is_told(room, web, config):
    add(room, web.url("/feed"))
    before = config.read_text()
    result = add(room, web.url("/feed"), "--name", "Other")
    assert result.code == 2
    assert "feed:Pumps: is a source already" in result.err
    assert config.read_text() == before


def test_a_name_that_is_taken_is_told(room, web, config):
    web.on("/other", feed(entry(7)))
    add(room, web.url("/feed"))
    before = config.read_text()
    result = add(room, web.url("/other"))
    assert result.code == 2
    assert "feed:Pumps: is the name of a source already; give this one another with --name" in result.err
    assert config.read_text() == before
    assert add(room, web.url("/other"), "--name", "Others").code == 0


def test_a_configuration_that_cannot_be_replaced_is_told(room, web, config, monkeypatch):
    def fail(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", fail)
    before = config.read_text()
    result = add(room, web.url("/feed"))
    assert result.code == 1
    assert f"{config}: " in result.err
    assert config.read_text() == before


def test_a_source_is_removed_by_name_or_address(room, web, config):
    before = config.read_text()
    for named in ("Pumps", "feed:Pumps", web.url("/feed")):
        add(room, web.url("/feed"))
        assert room.run("sources remove", named).code == 0
        assert config.read_text() == before


def test_an_empty_name_is_no_source_s(room, web, config):
    """As of a script whose variable is not set; files, which have no address, are not meant by it."""
    add(room, web.url("/feed"))
    before = config.read_text()
    for command in ("test", "remove"):
        result = room.run(f"sources {command}", "")
        assert result.code == 2
        assert "there is no source ''" in result.err
    assert config.read_text() == before


@pytest.mark.parametrize(("name", "said"), [("Nobody", "there is no source 'Nobody'"), ("articles", "only source")])
def test_what_cannot_be_removed_is_told(room, name, said, config):
    before = config.read_text()
    result = room.run("sources remove", name)
    assert result.code == 2
    assert said in result.err
    assert config.read_text() == before


def test_a_list_of_feeds_comes_in_and_goes_out(room, config):
    file = room.write("feeds.opml", OPML)
    result = room.run("sources import", str(file))
    assert result.code == 1
    assert "2 feeds added, 0 there already, 2 left out" in result.out
    assert f"{file}:4: 'Nowhere' has no xmlUrl" in result.err
    assert "'Files' is left out: url: expected an address" in result.err
    assert list(listed(room)) == ["folder:articles", "feed:Pumps", "feed:Mills"]
    assert "categories: [Water], language: de}" in config.read_text()
    again = room.run("sources import", str(file))
    assert "0 feeds added, 2 there already, 2 left out" in again.out
    out = room.run("sources export").out
    assert '<outline text="Water">' in out
    saved = room.root / "mine.opml"
    assert room.run("sources export", str(saved)).out == f"{saved}: 2 feeds\n"
    assert saved.read_text() == out


def test_a_feed_without_a_title_has_the_same_name_in_a_list_and_back(room, other_room, config):
    """That name is what its articles are kept under."""
    url = f"https://pumps.example.org/{'feed/' * 25}"
    source = f"  - {{type: feed, url: '{url}'}}\n"
    config.write_text(config.read_text().replace("newsletters:\n", f"{source}newsletters:\n"))
    saved = room.root / "mine.opml"
    room.run("sources export", str(saved))
    assert other_room.run("sources import", str(saved)).code == 0
    assert list(listed(other_room)) == list(listed(room)) == ["folder:articles", f"feed:{url}"]


def test_what_was_exported_makes_the_same_sources_elsewhere(room, other_room):
    room.run("sources import", str(room.write("feeds.opml", OPML)))
    saved = room.root / "mine.opml"
    room.run("sources export", str(saved))
    assert other_room.run("sources import", str(saved)).code == 0
    assert set(listed(other_room)) == set(listed(room))
    assert other_room.run("sources export").out == room.run("sources export").out


def test_an_import_can_be_tried(room, config):
    before = config.read_text()
    result = room.run("sources import", str(room.write("feeds.opml", OPML)), "--dry-run", "--verbose")
    assert "2 feeds would be added" in result.out
    assert "https://pumps.example.org/feed  Water" in result.err
    assert config.read_text() == before


def test_two_feeds_of_one_name_keep_their_addresses(room):
    lines = "".join(f'<outline type="rss" text="News" xmlUrl="https://{each}.example.org/feed"/>' for each in "ab")
    room.run("sources import", str(room.write("feeds.opml", f"<opml version='2.0'><body>{lines}</body></opml>")))
    assert list(listed(room)) == ["folder:articles", "feed:News", "feed:https://b.example.org/feed"]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, 2, "cannot be read: No such file"),
        ("<html></html>", 1, "set aside: "),
        ("", 1, "is no OPML file"),
        ("<opml><body></body></opml>", 1, "names no feed"),
        ("<opml", 1, "is no well-formed XML"),
    ],
)
def test_a_file_that_is_no_list_is_told(room, config, content, code, said):
    before = config.read_text()
    file = room.root / "feeds.opml" if content is None else room.write("feeds.opml", content)
    result = room.run("sources import", str(file))
    assert (result.code, config.read_text()) == (code, before)
    assert str(file) in result.err
    assert said in result.err


def test_a_list_that_breaks_off_is_taken_as_far_as_it_goes_and_told(room):
    text = "<opml version='2.0'><body>\n<outline type='rss' text='A' xmlUrl='https://a.example.org/feed'/>\n<outline te"
    result = room.run("sources import", str(room.write("feeds.opml", text)))
    assert result.code == 1
    assert "feeds.opml:3: is no well-formed XML (" in result.err
    assert "1 feed added, 0 there already, 0 left out" in result.out


def test_a_configuration_that_only_a_person_can_change_stays_as_it_is(room, web, config):
    lines = [each for each in config.read_text().splitlines() if "folder" not in each and each != "sources:"]
    config.write_text("\n".join([*lines, "...", ""]))
    before = config.read_bytes()
    refused = add(room, web.url("/feed"))
    assert (refused.code, config.read_bytes()) == (2, before)
    assert "only a person can change; write there: {'type': 'feed'" in refused.err
