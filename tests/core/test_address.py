from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.address import address_key, normalise_address, split_mailbox


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("ann@example.org", "ann@example.org"),
        ("  Ann.Lee@EXAMPLE.Org\t", "Ann.Lee@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"),
        ("o'neil+news=1@example.org", "o'neil+news=1@example.org"),
        ('"ann"@example.org', "ann@example.org"),
        ('"a b"@example.org', '"a b"@example.org'),
        (r'"a\ b\"c"@example.org', r'"a b\"c"@example.org'),
        ('"a@b,c"@example.org', '"a@b,c"@example.org'),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_the_form_an_address_is_kept_in(given_, kept):
    assert normalise_address(given_) == kept
    assert normalise_address(kept) == kept


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no address"),
        ("ann", "no address"),
        ("@example.org", "no address"),
        ("ann@", "no address"),
        ("ann@example.org\r\nBcc: eve@example.org", "line break"),
        ("ann@example.org\n", "line break"),
        ("an\x00n@example.org", "control character"),
        ("an\u2028n@example.org", "line break"),
        ("ann@example.org, ben@example.org", "a list"),
        ("ann@example.org;ben@example.org", "a list"),
        ("ann@example.org ben@example.org", "a list"),
        ("ann@@example.org", "not allowed"),
        ("an n@example.org", "not allowed"),
        (".ann@example.org", "not allowed"),
        ("ann..lee@example.org", "not allowed"),
        ('"ann@example.org', "not allowed"),
        ("änn@example.org", "outside ASCII before the @: few servers take such an address, and digest takes none"),
        ("ann@exa mple.org", "the domain"),
        ("ann@-example.org", "the domain"),
        ("ann@example..org", "the domain"),
        ("ann@[192.0.2.1]", "the domain"),
        ("a" * 65 + "@example.org", "64 characters"),
        ("a" * 60 + "@" + ".".join(["b" * 60] * 4), "254 characters"),
        ("ü" * 60_000 + "@" + "é" * 60_000, "254 characters"),
        ("," * 60_000 + "@e.org@", "254 characters"),
        # Whoever tries each separator against each quotation mark behind it is at it for seconds.
        ("a@@" + "," * 1000 + '"', "not allowed|no address|list"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError, match=why):
        normalise_address(text)


anything = st.text(max_size=40) | st.from_regex(
    r'[ "\\a-zA-Z0-9.@,<>ü+\r\n-]{0,30}@[a-zA-Zü.。-]{0,20}', fullmatch=True
)


@given(anything)
def test_normalising_gives_one_printable_ascii_address_that_normalises_to_itself(text):
    try:
        kept = normalise_address(text)
    except ValueError:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert len(kept) <= 254
    assert "\r" not in kept + text
    assert "\n" not in kept + text
    assert kept == normalise_address(kept)
    assert address_key(kept) == address_key(kept.upper()) == address_key(f"Somebody <{kept}>")


@given(st.from_regex(r"[a-zA-Z0-9.+=_-]{1,70}@[a-zA-Z0-9._-]{1,70}", fullmatch=True) | anything)
def test_the_quick_way_for_usual_addresses_is_that_of_the_others(text):
    def outcome(given_):
        try:
            return normalise_address(given_)
        except ValueError as error:
            return str(error)

    # White space around it sends an address the long way.
    assert outcome(text) == outcome(f" {text} ")


def test_a_name_before_an_address():
    assert split_mailbox("Ann Lee <ann@example.org>") == ("Ann Lee", "ann@example.org")
    assert split_mailbox(r'"Lee, \"Ann\"" <ann@example.org>') == ('Lee, "Ann"', "ann@example.org")
    assert split_mailbox("<ann@example.org>") == ("", "ann@example.org")
    assert split_mailbox(" ann@example.org ") == ("", "ann@example.org")
    assert split_mailbox("a@b <c@d>") == ("", "a@b <c@d>")


def test_a_recipient_that_is_no_address_is_known_by_its_text():
    assert address_key("Somebody <ÄNN@Example.org>") == "änn@example.org"
