from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.config import json_schema, load, parse
from digest.core.allowances import RelayLimits
from digest.core.errors import ConfigError
from digest.core.model import Problem
from digest.core.newsletter import Filter, Newsletter, Section, Site
from digest.delivery.smtp.settings import RelaySettings
from digest.schedules.calendar import Calendar
from digest.settings.daemon import DaemonSettings
from digest.settings.parts import SectionShape
from digest.settings.relays import SmtpSettings

REPOSITORY = Path(__file__).resolve().parents[2]
SMALLEST = "newsletters: {weekly: {title: My Weekly, timezone: Europe/Berlin, schedule: '0 8 * * mon'}}\n"
NAME = Path("config.yaml")


def wrong(text: str) -> list[str]:
    """The problems of a text, each as it is printed."""
    with pytest.raises(ConfigError) as caught:
        parse(text, NAME)
    return [str(problem) for problem in caught.value.problems]


def problems_of(text: str) -> tuple[Problem, ...]:
    """The problems of a text that may have none."""
    try:
        parse(text, NAME)
    except ConfigError as error:
        return error.problems or (Problem("nowhere", "an error without a problem"),)
    return ()


def weekly(*lines: str) -> str:
    """A newsletter with further lines; the first of them stands on line 6."""
    head = "newsletters:\n  weekly:\n    title: W\n    timezone: UTC\n    schedule: 0 8 * * mon\n"
    return head + "".join(f"    {line}\n" for line in lines)


def newsletter(*lines: str) -> Newsletter:
    return parse(weekly(*lines), NAME).newsletters["weekly"].newsletter


def test_the_smallest_file_and_all_its_defaults(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(SMALLEST, encoding="utf-8")
    settings = load(path)
    assert (settings.path, settings.root) == (path, tmp_path)
    assert settings.site == Site(
        title="My Weekly", url="https://digest.invalid/", id="digest.invalid", organisation="My Weekly", language="en"
    )
    assert settings.store == f"sqlite:///{tmp_path}/digest.db"
    assert settings.output == tmp_path / "out"
    assert [(one.type, one.name, one.path, one.zone) for one in settings.sources] == [
        ("folder", "folder:articles", tmp_path / "articles", ZoneInfo("Europe/Berlin"))
    ]
    assert [(one.name, one.path, one.format) for one in settings.sinks] == [
        ("file:out/mail", tmp_path / "out/mail", "eml")
    ]
    assert list(settings.newsletters) == ["weekly"]
    one = settings.newsletters["weekly"]
    assert (one.schedule, one.newsletter.feed_limit) == (("0 8 * * mon",), 100)
    assert (one.calendar, one.catch_up, one.catch_up_window) == (Calendar(), "merge", timedelta(days=7))
    assert settings.daemon == DaemonSettings(
        tick=timedelta(seconds=15),
        grace=timedelta(seconds=30),
        collect=timedelta(minutes=15),
        listen=("127.0.0.1", 8025),
        heartbeat=None,
    )
    assert one.newsletter == Newsletter(
        key="weekly",
        title="My Weekly",
        sender="My Weekly <newsletter@digest.invalid>",
        language="en",
        zone=ZoneInfo("Europe/Berlin"),
    )


FULL = """\
site: {title: S, url: "http://news.example.org:8080/a", organisation: O, language: de, address: "1 Road", id: other.id}
store: sqlite:////var/lib/x.db
output: ../public
sources:
  - {type: folder, path: ./one}
  - {type: page, path: /pages, timezone: Asia/Tokyo}
newsletters:
  a-1:
    title: A
    description: D
    from: '"Desk, The" <desk@example.org>'
    language: pt-BR
    timezone: America/New_York
    schedule: ["0 8 * * mon", "@daily", Last Friday of the month at 4 pm]
    start: 2026-01-05
    end: "2027-12-31"
    blackout: [2026-12-25, "2026-12-24 to 2027-01-01", 05-01, 12-24 to 01-01]
    pauses:
      - {from: 2026-07-20, to: "2026-08-14", reason: the desk is away}
      - {from: 2026-09-01, to: 2026-09-01}
    catch_up: all
    catch_up_window: 1h
    window: 1d 12h
    late: 2w
    sections:
      - {category: One, limit: 5}
      - {title: Two, categories: [Three, Four]}
      - {categories: [Five, Six]}
      - {category: "*"}
    include: {categories: [One], sources: ["folder:one"]}
    exclude: {tags: [t], authors: [u], words: [v w]}
    minimum: 3
    maximum: 12
    too_few: send
    summary_words: 40
    recipients: [a@example.org]
    feeds: {limit: 7}
  b: {title: B, timezone: UTC, schedule: "@weekly", window: Previous  Slot}
sinks:
  - {type: file, path: box, format: mbox}
  - {path: www, format: web}
daemon: {tick: 1m 30s, grace: 1h, collect: 1d, listen: "[::1]:0", heartbeat: alive}
"""


def test_every_key():
    settings = parse(FULL, Path("/srv/news/config.yaml"))
    assert settings.site == Site(
        title="S",
        url="http://news.example.org:8080/a/",
        id="other.id",
        organisation="O",
        language="de",
        address="1 Road",
    )
    assert settings.store == "sqlite:////var/lib/x.db"
    assert settings.output == Path("/srv/public")
    assert [(one.type, one.name, str(one.path), str(one.zone)) for one in settings.sources] == [
        ("folder", "folder:one", "/srv/news/one", "America/New_York"),
        ("page", "page:/pages", "/pages", "Asia/Tokyo"),
    ]
    assert [(one.name, str(one.path), one.format) for one in settings.sinks] == [
        ("file:box", "/srv/news/box", "mbox"),
        ("file:www", "/srv/news/www", "web"),
    ]
    one, other = settings.newsletters.values()
    assert (one.schedule, one.newsletter.feed_limit) == (
        ("0 8 * * mon", "@daily", "Last Friday of the month at 4 pm"),
        7,
    )
    assert one.calendar == Calendar(
        start=date(2026, 1, 5),
        end=date(2027, 12, 31),
        closed=(
            (date(2026, 12, 25), date(2026, 12, 25)),
            (date(2026, 12, 24), date(2027, 1, 1)),
            (date(2026, 7, 20), date(2026, 8, 14)),
            (date(2026, 9, 1), date(2026, 9, 1)),
        ),
        yearly=(((5, 1), (5, 1)), ((12, 24), (1, 1))),
    )
    assert (one.catch_up, one.catch_up_window) == ("all", timedelta(hours=1))
    assert settings.daemon == DaemonSettings(
        tick=timedelta(seconds=90),
        grace=timedelta(hours=1),
        collect=timedelta(days=1),
        listen=("::1", 0),
        heartbeat=Path("/srv/news/alive"),
    )
    assert one.newsletter == Newsletter(
        key="a-1",
        title="A",
        description="D",
        sender='"Desk, The" <desk@example.org>',
        language="pt-BR",
        zone=ZoneInfo("America/New_York"),
        window=timedelta(hours=36),
        late=timedelta(days=14),
        sections=(
            Section("One", ("One",), 5),
            Section("Two", ("Three", "Four")),
            Section("Five, Six", ("Five", "Six")),
            Section("Everything else", ("*",)),
        ),
        include=Filter(categories=("One",), sources=("folder:one",)),
        exclude=Filter(tags=("t",), authors=("u",), words=("v w",)),
        minimum=3,
        maximum=12,
        too_few="send",
        summary_words=40,
        recipients=("a@example.org",),
        feed_limit=7,
    )
    assert (other.newsletter.language, other.newsletter.window) == ("de", None)
    assert other.newsletter.sender == "B <newsletter@news.example.org>"


def test_a_key_without_a_value_counts_as_left_out():
    assert newsletter("exclude:", "sections:", "maximum: ~") == newsletter()


def test_paths_start_at_the_folder_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "room").mkdir()
    (tmp_path / "room/config.yaml").write_text(SMALLEST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load(Path("room/config.yaml")).output == tmp_path / "room/out"


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("7d", timedelta(days=7)),
        ("36h", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("90m", timedelta(minutes=90)),
        ("1d 12h", timedelta(hours=36)),
        ("1d12h", timedelta(hours=36)),
        ("3653d", timedelta(days=3653)),  # ten years, with their leap days
    ],
)
def test_durations(written, length):
    one = newsletter(f"late: {written}", f"window: {written}")
    assert (one.late, one.window) == (length, length)


@pytest.mark.parametrize(
    ("written", "listen"),
    [
        ("127.0.0.1:8025", ("127.0.0.1", 8025)),
        ("127.9.9.9:1", ("127.9.9.9", 1)),
        ("'[::1]:65535'", ("::1", 65535)),
        ("LocalHost:0", ("localhost", 0)),
        ("off", None),
        ("'Off'", None),
    ],
)
def test_the_daemon_listens_on_this_machine_or_nowhere(written, listen):
    assert parse(f"{SMALLEST}daemon: {{listen: {written}}}\n", NAME).daemon.listen == listen


def test_a_heartbeat_url_stays_as_written():
    text = f"{SMALLEST}daemon: {{heartbeat: 'https://example.org/ping?id=7'}}\n"
    assert parse(text, NAME).daemon.heartbeat == "https://example.org/ping?id=7"


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("desk@example.org", "desk@example.org"),
        ("<desk@example.org>", "desk@example.org"),
        ("The Desk <desk@example.org>", "The Desk <desk@example.org>"),
        ("Desk, The <desk@example.org>", '"Desk, The" <desk@example.org>'),
        ('"Desk (at) The" <d.e+f@a-b.example>', '"Desk (at) The" <d.e+f@a-b.example>'),
        ("Jörg <desk@localhost>", "Jörg <desk@localhost>"),
    ],
)
def test_mailboxes_come_in_one_form(written, sender):
    assert newsletter(f"from: '{written}'").sender == sender


def test_default_sender_is_a_mailbox_whatever_the_title():
    text = "site: {url: 'https://[::1]/'}\nnewsletters: {w: {title: 'A, B', timezone: UTC, schedule: '@daily'}}\n"
    assert parse(text, NAME).newsletters["w"].newsletter.sender == '"A, B" <newsletter@digest.invalid>'


def mistakes() -> list[tuple[str, list[str]]]:
    """The blocks of mistakes.txt: a file, and what is said about it."""
    blocks = (Path(__file__).parent / "mistakes.txt").read_text(encoding="utf-8").split("--------\n")[1:]
    cases = []
    for block in blocks:
        lines = block.splitlines()
        said = [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]
        start, *rest = [line for line in lines if not line.startswith("=> ")] or [""]
        if start == "WEEKLY":
            text = weekly(*rest)
        else:
            text = (SMALLEST if start == "SMALLEST" else start + "\n") + "".join(f"{line}\n" for line in rest)
        cases.append((text, said))
    return cases


@pytest.mark.parametrize(
    ("text", "said"), mistakes(), ids=lambda value: value[0][12:70] if isinstance(value, list) else ""
)
def test_each_mistake_has_its_place_and_words(text, said):
    problems = wrong(text)
    assert [
        problem.startswith(words.removesuffix("...")) if words.endswith("...") else problem == words
        for problem, words in zip(problems, said, strict=True)
    ] == [True] * len(said), problems


def test_no_mistake_is_told_in_a_programmers_words():
    printed = "\n".join(problem for text, _ in mistakes() for problem in wrong(text))
    assert not [word for word in ("Input should", "Shape", "tuple", "pydantic", "hunter2") if word in printed]


def test_several_mistakes_come_at_once_in_the_order_of_the_file():
    text = (
        "sinks: [{format: x}]\n"
        "site: {url: x, titel: y, password: hunter2}\n"
        "newsletters:\n"
        "  b: {title: x, title: y, timezone: Nowhere/Atall, schedule: '@daily'}\n"
        "  a: {}\n"
        "store: x\n"
    )
    assert [problem.partition(": ")[0] for problem in wrong(text)] == [
        "config.yaml:1 sinks[0].format",
        "config.yaml:2 site.url",
        "config.yaml:2 site.titel",
        "config.yaml:2 site.password",
        "config.yaml:4",
        "config.yaml:4 newsletters.b.timezone",
        "config.yaml:5 newsletters.a.title",
        "config.yaml:5 newsletters.a.timezone",
        "config.yaml:5 newsletters.a.schedule",
        "config.yaml:6 store",
    ]


def test_a_newsletter_may_be_named_like_a_secret():
    assert list(parse(SMALLEST.replace("weekly", "token"), NAME).newsletters) == ["token"]


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(
        ConfigError, match=r"config\.yaml: there is no such file; `digest init DIR` .* --config"
    ) as caught:
        load(tmp_path / "config.yaml")
    assert caught.value.exit_code == 2


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        load(tmp_path)


def test_bytes_that_are_no_utf8_have_a_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(b"site:\n  title: M\xfcller\n")
    with pytest.raises(ConfigError, match=r"config\.yaml:2: this is not UTF-8; save the file as UTF-8"):
        load(path)


def test_a_byte_order_mark_is_skipped(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert list(load(path).newsletters) == ["weekly"]


@pytest.mark.parametrize("name", ["config.yaml", "digest/starter/config.yaml"])
def test_the_samples_load(name):
    settings = load(REPOSITORY / name)
    assert "weekly" in settings.newsletters
    assert settings.newsletters["weekly"].newsletter.too_few == "top_up"


def test_settings_cannot_be_changed():
    settings = parse(SMALLEST, NAME)
    with pytest.raises(ValueError, match="frozen"):
        SectionShape(category="a").limit = 1  # type: ignore[misc]
    with pytest.raises(AttributeError):
        settings.output = Path()  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.newsletters["other"] = settings.newsletters["weekly"]  # type: ignore[index]


def test_importing_it_stays_quick():
    slow = {"babel", "sqlalchemy", "jinja2", "cronsim", "prometheus_client"}
    code = f"import sys, digest.config; print(*sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.strip() == ""


def shapes() -> list[dict[str, object]]:
    schema = json_schema()
    return [schema, *schema["$defs"].values()]


def test_the_schema_is_one_that_editors_read():
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["title"], schema["required"]) == ("digest configuration", ["newsletters"])
    assert "$id" not in schema
    json.dumps(schema)
    for shape in shapes():
        assert shape["additionalProperties"] is False
        assert shape["title"]
        for name, key in shape["properties"].items():
            assert key["description"].endswith("."), name
            assert "title" not in key, name
    newsletter_keys = schema["$defs"]["NewsletterShape"]["properties"]
    assert "from" in newsletter_keys
    assert "sender" not in newsletter_keys
    assert newsletter_keys["late"]["pattern"].startswith("^")
    assert (newsletter_keys["late"]["type"], newsletter_keys["late"]["default"]) == ("string", "14d")
    assert newsletter_keys["window"]["default"] == "previous slot"
    assert [choice["type"] for choice in newsletter_keys["schedule"]["anyOf"]] == ["string", "array"]
    assert "null" not in json.dumps(schema)
    assert schema["properties"]["newsletters"]["additionalProperties"] is False


def test_every_key_has_an_example_or_is_made_of_keys():
    for shape in shapes():
        for name, key in shape["properties"].items():
            assert "examples" in key or "const" in key or "$ref" in str(key), name


@given(st.text(max_size=80))
@example("? a\n")
def test_no_text_raises_anything_else(text):
    assert all(problem.place.startswith("config.yaml:") and problem.message for problem in problems_of(text))


_KEYS = sorted({name for shape in shapes() for name in shape["properties"]} | {"weekly", "password", "x"})
_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.sampled_from(
        ["a", "*", "UTC", "file", "web", "folder", "page", "a@b.de", "7d", "@daily", "0 8 * * mon", "https://a.b"]
    )
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=20,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(json_schema()["properties"], _JUNK)), _JUNK)
def test_no_values_raise_anything_else(data, junk):
    # JSON is YAML, for all that a newsletter can hold.
    text = json.dumps({**data, "newsletters": {"weekly": junk}} if junk else data, default=str, indent=1)
    lines = [int(problem.place.partition(" ")[0].rpartition(":")[2]) for problem in problems_of(text)]
    assert lines == sorted(lines)


def test_the_same_file_gives_the_same_problems_under_any_hash_seed():
    code = (
        "import sys; from pathlib import Path; from digest.config import parse\n"
        "try: parse(sys.argv[1], Path('c'))\n"
        "except Exception as error: print(error)"
    )
    text = "newsletters: {w: {timezon: 5, a: 1, b: 2, feeds: {x: 1}}}\nz: 1\ny: 2\n"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, text],
            capture_output=True,
            text=True,
            check=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert "timezon" in outputs.pop()


def smtp(text: str) -> SmtpSettings:
    """The one SMTP sink of a file."""
    return parse(SMALLEST + "sinks: " + text, Path("/news/config.yaml")).smtp[0]


def test_the_smallest_smtp_sink_and_all_its_defaults():
    assert smtp("[{type: smtp, host: mail.example.org}]") == SmtpSettings(
        "smtp", (RelaySettings("mail.example.org:587", "mail.example.org"),), RelayLimits()
    )


@pytest.mark.parametrize(
    ("keys", "security", "port"),
    [
        ("port: 25", "starttls", 25),
        ("port: 465", "tls", 465),
        ("security: tls", "tls", 465),
        ("security: none", "none", 25),
        ("security: starttls, port: 465", "starttls", 465),
    ],
)
def test_ports_and_security_follow_each_other(keys, security, port):
    (relay,) = smtp(f"[{{type: smtp, host: '::1', {keys}}}]").relays
    assert (relay.security, relay.port, relay.name) == (security, port, f"[::1]:{port}")


def test_an_smtp_sink_with_all_its_keys():
    found = smtp(
        "[{type: smtp, name: bulk, relays: [{host: bücher.example, port: 2525, security: none, verify: false, "
        "ca: relay.pem, username: ann, password: '${NEWS_PASSWORD}', auth: login, auth_without_tls: true, "
        "connections: 8, messages_per_connection: 50, pipelining: envelope, dsn: true, weight: 0, "
        "helo: news.example.org, provider: ses}, {host: 127.0.0.1}]}, {path: box, format: mbox}]"
    )
    assert found.name == "smtp:bulk"
    assert found.relays[0] == RelaySettings(
        name="xn--bcher-kva.example:2525",
        host="xn--bcher-kva.example",
        port=2525,
        security="none",
        ca=Path("/news/relay.pem"),
        verify=False,
        username="ann",
        variable="NEWS_PASSWORD",
        auth="login",
        auth_without_tls=True,
        connections=8,
        messages_per_connection=50,
        pipelining="envelope",
        dsn=True,
        weight=0,
        helo="news.example.org",
        provider="ses",
    )
    assert found.relays[1] == RelaySettings("127.0.0.1:587", "127.0.0.1")


def test_a_password_in_the_file_is_never_repeated():
    said = wrong(SMALLEST + "sinks: [{type: smtp, host: a.example, username: ann, password: [hunter2]}]")
    assert said
    assert "hunter2" not in "".join(said)
