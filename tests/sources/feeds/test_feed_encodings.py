"""Feeds in another encoding than they say: read as what they are, with a note."""

from __future__ import annotations

import codecs
import gzip
import re
from datetime import UTC, datetime

import pytest

from digest.sources.feed import FeedOrigin, NotAFeed, read_feed
from digest.sources.feed_bytes import SCRIPTS, encoding, unpacked

NOW = datetime(2026, 3, 10, tzinfo=UTC)
TEXTS = {
    "euc_jp": "港の新しい橋がきのう開通した。町の人たちは朝早くから集まり、写真をとっていた。",
    "cp932": "港の新しい橋がきのう開通した。町の人たちは朝早くから集まり、写真をとっていた。",
    "cp949": "항구의 새 다리가 어제 열렸다. 마을 사람들은 아침 일찍부터 모여 사진을 찍었다.",
    "gb18030": "港口的新桥昨天通车了。镇上的人们一大早就聚集在那里拍照，孩子们最先走过去。",
    "big5": "港口的新橋昨天通車了。鎮上的人們一大早就聚集在那裡拍照，孩子們最先走過去。",
    "koi8_r": "Новый мост в порту открыли вчера. Жители города собрались рано утром и делали снимки.",
    "cp1251": "Новый мост в порту открыли вчера. Жители города собрались рано утром и делали снимки.",
    "cp1253": "Η νέα γέφυρα στο λιμάνι άνοιξε χθες. Οι κάτοικοι μαζεύτηκαν νωρίς το πρωί.",
    "cp1255": "הגשר החדש בנמל נפתח אתמול. תושבי העיר התאספו מוקדם בבוקר וצילמו תמונות.",
    "tis-620": "สะพานใหม่ที่ท่าเรือเปิดเมื่อวานนี้ ชาวเมืองมารวมตัวกันแต่เช้าและถ่ายรูป",
}


def feed(text: str, declaration: str = "") -> str:
    item = f"<item><title>{text[:12]}</title><link>https://example.org/1</link><description>{text}</description></item>"
    return f"{declaration}<rss version='2.0'><channel><title>News</title>{item}</channel></rss>"


def read(data: bytes, charset: str = ""):
    return read_feed(data, FeedOrigin(source="feed:x", place="x", charset=charset), NOW)


def shown(reading) -> tuple[str, list[str]]:
    return reading.articles[0].body.blocks[0].text, [each.message for each in reading.problems]


@pytest.mark.parametrize("name", TEXTS)
def test_a_script_is_known_by_its_letters(name):
    for declaration in ("", "<?xml version='1.0' encoding='UTF-8'?>"):
        text, notes = shown(read(feed(TEXTS[name], declaration).encode(name)))
        assert text == TEXTS[name]
        (note,) = notes
        assert re.fullmatch(r"has bytes that are no UTF-8; it is read as [\w-]+, by its letters", note)


def test_every_script_that_is_tried_is_an_encoding_of_python():
    assert {encoding(each) for each in SCRIPTS} == SCRIPTS


@pytest.mark.parametrize(
    "text",
    [
        "Über Größe und Übermut: Bürger müssen für Straßen zahlen, das fällt schwer, grüßt Jürgen Böß.",
        "À l'été, les élèves français étudient où ils veulent: «déjà» vu, ça et là, même à Nîmes.",
    ],
)
def test_latin_letters_are_windows_1252(text):
    found, notes = shown(read(feed(text).encode("cp1252")))
    assert found == text
    assert notes == ["has bytes that are no UTF-8; they are read as windows-1252"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Zażółć gęślą jaźń, pchnąć w tę łódź jeża lub ośm skrzyń fig. " * 3, "cp1250"),
        ("The new bridge at the harbour was opened yesterday, and many came. " * 9 + "Москва, Одесса, Киев", "cp1251"),
    ],
)
def test_what_is_mostly_of_latin_letters_is_of_no_other_script(text, name):
    _, notes = shown(read(feed(text).encode(name)))
    assert notes == ["has bytes that are no UTF-8; they are read as windows-1252"]


def test_stray_bytes_do_not_make_another_script_of_the_rest():
    data = feed(TEXTS["koi8_r"]).encode().replace(b"</description>", b" \xe4" * 30 + b"</description>")
    assert shown(read(data))[0] == TEXTS["koi8_r"] + " ä" * 30


@pytest.mark.parametrize("stated", ["iso-8859-1", "ISO-8859-15", "windows-1252", "latin1"])
def test_what_says_it_is_latin_and_is_utf8_is_utf8(stated):
    declaration = f"<?xml version='1.0' encoding='{stated}'?>"
    wrong = [f"states a wrong encoding: it says {stated.lower()}, and is UTF-8"]
    assert shown(read(feed("Füße, wärmer", declaration).encode())) == ("Füße, wärmer", wrong)
    assert shown(read(feed("Füße, wärmer").encode(), stated)) == ("Füße, wärmer", wrong)
    assert shown(read(feed("Füße, wärmer", declaration).encode("cp1252"))) == ("Füße, wärmer", [])


@pytest.mark.parametrize("stated", ["bogus", "punycode", "idna", "undefined", "unicode_escape", "rot13", "zlib"])
def test_an_encoding_that_is_none_of_feeds_is_not_asked(stated):
    text, notes = shown(read(feed(r"Füße \u0041", f"<?xml version='1.0' encoding='{stated}'?>").encode()))
    assert text == r"Füße \u0041"
    assert notes == [f"states an encoding that nobody knows, '{stated}'; it is read as UTF-8"]


@pytest.mark.parametrize("charset", ["bogus", "a\0b", "idna", "zlib", "utf-16", "é" * 300])
def test_whatever_charset_an_answer_names_nothing_is_raised(charset):
    assert isinstance(read(b"<html><body>no feed</body></html>", charset), NotAFeed)
    json = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "F\xfc\xdfe"}]}'
    assert len(read(json, charset).articles) == 1
    assert len(read(feed("Text").encode(), charset).articles) == 1


def test_a_feed_that_comes_packed_is_unpacked(monkeypatch):
    packed = gzip.compress(feed("Füße, wärmer").encode(), mtime=0)
    note = "comes packed (gzip); it was unpacked"
    assert shown(read(packed)) == ("Füße, wärmer", [note])
    assert len(read(packed[:-30]).articles) == 1
    assert len(read(packed + b"more").articles) == 1
    spoilt = packed[:40] + b"\xff" * 40 + packed[80:]
    assert isinstance(read(spoilt), NotAFeed)
    monkeypatch.setattr("digest.sources.feed_bytes.MOST_UNPACKED", 1000)
    assert len(unpacked(gzip.compress(b"0" * 10_000_000))) == 1000


def test_a_list_of_feeds_is_called_one():
    found = read(b"<?xml version='1.0'?><opml version='2.0'><head/><body><outline text='A'/></body></opml>")
    assert isinstance(found, NotAFeed)
    assert "(OPML)" in found.reason


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_a_mark_of_utf16_before_what_is_none_is_left_out(mark):
    text, notes = shown(read(mark + feed("Füße, wärmer").encode()))
    assert text == "Füße, wärmer"
    name = "utf-16" if len(mark) == 2 else "utf-32"
    assert notes == [f"begins as {name.upper()} does, and is none"]
    order = "le" if mark in {codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE} else "be"
    assert shown(read(mark + feed("Füße, wärmer").encode(f"{name}-{order}"))) == ("Füße, wärmer", [])


@pytest.mark.parametrize("broken", ["", "</b>"])
def test_ebcdic_that_does_not_say_so_is_read(broken):
    text = "One of the first lines of the harbour's own news, and another one of the same kind."
    assert len(read(feed(text + broken).encode("cp037")).articles) == 1
