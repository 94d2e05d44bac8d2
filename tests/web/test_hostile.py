"""What strangers send: nothing of it changes anything, is repeated on a page, or stops the pages."""

from __future__ import annotations

import logging
import re
import socket
import threading
from base64 import b64encode
from contextlib import ExitStack, suppress
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.errors import StoreError
from digest.store.opening import open_store
from digest.web import server
from digest.web.forms import LARGEST

many = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS = st.sampled_from(
    ["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain",
     "multipart/form-data; boundary=b; charset=punycode", "multipart/form-data; charset=hex; boundary=b", "\xff"]
)  # fmt: skip
PIECES = st.lists(
    st.sampled_from(
        [b"--b\r\n", b"--b--\r\n", b"\r\n\r\n", b"Content-Disposition: form-data", b'; name="x"', b'; filename="f"',
         b"%", b"&", b"=", b";", b"\xff\xfe", b"\0", b"\r\n", b"leav", b"One-Click", b"a" * 5000]
    )
    | st.binary(max_size=20),
    max_size=30,
).map(b"".join)  # fmt: skip


@many
@given(body=PIECES, kind=KINDS)
def test_no_body_is_too_strange(web, body, kind):
    path = web.leaving(web.enrol())
    headers = {"Content-Type": kind} if kind else {}
    assert web.ask(path, "POST", body, headers).status in (400, 413)
    assert web.state() == "active"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&" * 40 + b"leave=yes", "application/x-www-form-urlencoded"),
        (b'--b\r\nContent-Disposition: form-data; name="leave"\r\n\r\n\xff\r\n--b--\r\n',
         "multipart/form-data; boundary=b; charset=punycode"),
    ],
)  # fmt: skip
def test_a_form_of_too_many_fields_or_no_text_is_refused(web, body, kind):
    assert web.ask(web.leaving(web.enrol()), "POST", body, {"Content-Type": kind}).status == 400
    assert web.state() == "active"


@many
@given(segments=st.lists(st.text(max_size=12), max_size=4), posted=st.booleans())
def test_no_path_is_too_strange(web, segments, posted):
    web.now += timedelta(hours=1)
    path = "/" + "/".join(["unsubscribe", *(quote(each.encode("utf-8", "replace"), safe="") for each in segments)])
    answer = web.one_click(path) if posted else web.ask(path)
    assert answer.status in (404, 405)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "script", ["<script>alert(1)</script>", "%3Cscript%3Ealert(1)%3C/script%3E", "x%0d%0aX-Y:%20z"]
)
def test_nothing_that_was_sent_stands_on_a_page(web, script):
    if "<" in script:
        sent = f"GET /unsubscribe/{script}/{script} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        text = web.raw(sent.encode()).decode()
    else:
        answer = web.ask(
            f"/unsubscribe/{script}/{script}?{script}", headers={"X-Forwarded-For": script, "Host": "evil"}
        )
        assert "X-Y" not in answer.headers
        text = answer.text
    assert "alert" not in text
    assert "evil" not in text


def test_every_answer_is_shut_in(web):
    path = web.leaving(web.enrol())
    answers = [
        web.ask(path),
        web.one_click(path),
        web.ask("/nothing"),
        web.ask(path, "PUT"),
        web.ask(path, "OPTIONS"),
        web.post(path),
        web.ask("/subscribe/weekly"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Content-Security-Policy"].startswith(
            "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        assert "Server" not in answer.headers


def test_only_the_page_s_own_style_is_allowed(web):
    shown = web.ask(web.leaving(web.enrol()))
    (style,) = re.findall("<style>(.*?)</style>", shown.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert shown.headers["Content-Security-Policy"].endswith(f"; style-src 'sha256-{digest}'")
    assert not re.search(r"<script|\bstyle=|\son\w+=|<img|<link|javascript:", shown.text)
    assert "@import" not in style


def test_a_body_is_read_no_further_than_it_may_be_long(web):
    path = web.leaving(web.enrol())
    fits = b"List-Unsubscribe=One-Click&x=" + b"x" * (LARGEST - 29)
    assert web.ask(path, "POST", fits + b"x").status == 413
    assert web.state() == "active"
    assert web.ask(path, "POST", fits).status == 200
    endless = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with socket.create_connection(web.pages.address, timeout=20) as connection:
        connection.sendall(endless)
        with pytest.raises(ConnectionError):  # it hangs up
            connection.sendall((b"1000\r\n" + b"x" * 4096 + b"\r\n") * 10_000)


@pytest.mark.parametrize(
    "sent", [b"", b"\r\n", b"nonsense\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\xff",
             b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
             b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n"],
)  # fmt: skip
def test_nonsense_gets_a_short_answer_or_none_and_no_word_in_the_log(web, sent, caplog):
    assert len(web.raw(sent)) < 2000
    assert web.ask("/").status == 404
    assert caplog.records == []


def test_a_connection_does_not_last_for_ever(web, monkeypatch):
    monkeypatch.setattr(server, "LONGEST", 0.3)
    path = web.leaving(web.enrol())
    for begun in (b"", b"GET / HT", f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nleave".encode()):
        with socket.create_connection(web.pages.address, timeout=20) as connection:
            connection.sendall(begun)
            with suppress(ConnectionResetError):
                assert connection.recv(100) == b""
    assert web.state() == "active"


def test_connections_are_not_too_many(web, monkeypatch):
    monkeypatch.setattr(server, "CONNECTIONS", 3)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(socket.create_connection(web.pages.address, timeout=20))
        with pytest.raises(ConnectionError):
            web.ask("/")


def test_guessing_is_answered_ever_more_briefly_but_a_good_link_always_works(web):
    path = web.leaving(web.enrol())
    codes = [web.ask(f"/unsubscribe/weekly/{'A' * 32}").status for _ in range(22)]
    assert codes == [404] * 20 + [429] * 2
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    assert web.ask("/unsubscribe/weekly/x", headers=elsewhere).status == 404
    assert web.one_click(path).status == 200
    web.now += timedelta(minutes=10)
    assert web.ask("/unsubscribe/weekly/x").status == 404


def test_a_proxy_on_this_machine_says_for_whom_it_asks(web):
    def proof(said):
        path = web.confirming(web.enrol(f"n{len(said)}@example.org", "pending"))
        web.ask(path, "POST", b"confirm=yes", {"X-Forwarded-For": said})
        return web.person(f"n{len(said)}@example.org").subscriptions[0].proof.partition(" from ")[2]

    assert proof("192.0.2.7") == "192.0.2.7"
    # What the reader's side claims stands before what the proxy saw.
    assert proof("203.0.113.9, 192.0.2.7") == "192.0.2.7"
    assert proof("<b>x</b>") == "an unknown address"


def test_a_store_that_fails_is_a_503_and_told_once(web, monkeypatch, caplog):
    path = web.leaving(web.enrol())
    trouble = StoreError("another process has been writing", place="digest.db")

    def broken(*_, **__):
        raise trouble

    web.one_click(path.replace(path[-1], "!"))
    web.pages._desk.use(web.settings.store)  # noqa: SLF001 so that it is opened anew
    monkeypatch.setattr("digest.daemon.desk.open_store", broken)
    with caplog.at_level(logging.INFO, "digest"):
        for _ in range(3):
            answer = web.one_click(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
            assert "digest.db" not in answer.text
        assert web.pages.trouble == f"the pages for readers: {trouble}"
        monkeypatch.undo()
        assert web.one_click(path).status == 200
    assert [each.msg for each in caplog.records] == ["failing", "works_again"]
    assert web.pages.trouble == ""


def test_a_store_that_failed_is_opened_anew(web, monkeypatch):
    path = web.leaving(web.enrol())
    web.ask(path)
    opened = []
    monkeypatch.setattr(
        "digest.daemon.desk.open_store", lambda *args, **more: opened.append(args) or open_store(*args, **more)
    )
    with monkeypatch.context() as broken:
        broken.setattr("digest.store.roster.SqlRoster.subscriber", lambda *_: raises(StoreError("gone")))
        assert web.ask(path).status == 503
    assert web.ask(path).status == 200
    assert len(opened) == 1


def raises(error):
    raise error


def test_a_mistake_of_ours_is_a_500_and_an_event(web, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("digest.web.readers._found", broken)
    with caplog.at_level(logging.ERROR, "digest"):
        answer = web.one_click(web.leaving(web.enrol()))
    assert answer.status == 500
    assert "secret" not in answer.text
    assert [each.msg for each in caplog.records] == ["page_failed"]


def test_a_wrong_template_of_the_newsroom_keeps_nobody_from_leaving(web, caplog):
    (web.root / "templates").mkdir()
    (web.root / "templates/reader.html").write_text("{{ nothing }}")
    with caplog.at_level(logging.ERROR, "digest"):
        answer = web.one_click(web.leaving(web.enrol()))
    assert (answer.status, web.state()) == (200, "unsubscribed")
    assert answer.heading.startswith("You have left")
    assert [each.msg for each in caplog.records] == ["page_failed"]


def test_a_newsroom_may_have_a_page_of_its_own(web):
    (web.root / "templates").mkdir()
    (web.root / "templates/reader.html").write_text("<h1>{{ page.kind }}</h1>")
    shown = web.ask(web.leaving(web.enrol()))
    assert shown.heading == "leave"
    assert "style-src" not in shown.headers["Content-Security-Policy"]


def test_a_page_has_the_look_of_its_newsletter(web):
    def accent(path):
        return re.search(r"--accent: (#\w{6})", web.ask(path).text)[1]

    own = accent(web.leaving(web.enrol(newsletter="arabic"), newsletter="arabic"))
    assert own == "#7a0019"
    assert own != accent(web.leaving(web.enrol()))


def test_what_stands_for_the_newsletter_in_a_wrong_link_is_not_shown(web):
    (web.root / "templates").mkdir()
    (web.root / "templates/reader.html").write_text("<h1>{{ newsletter.title }}</h1>")
    assert web.ask("/unsubscribe/evil/x").heading == "The Site"


def test_many_at_once_are_all_served(web):
    paths = [web.leaving(web.enrol(f"n{n}@example.org")) for n in range(40)]
    codes = []
    threads = [threading.Thread(target=lambda path=path: codes.append(web.one_click(path).status)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 40
    assert web.store.roster.counts("weekly")["unsubscribed"] == 40
