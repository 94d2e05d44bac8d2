"""Tokens of readers and of deliveries: what is written is read, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery import tokens, verp
from digest.delivery.envelope import is_plain

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
NUMBERS = st.integers(min_value=0, max_value=2**64 - 1)
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
HEXADECIMAL = "0123456789abcdef"


@given(subscriber=NUMBERS)
def test_an_unsubscribe_token_is_read_with_its_own_key_newsletter_and_purpose_alone(subscriber):
    token = tokens.unsubscribe_token(KEY, "weekly", subscriber)
    assert len(token) == 32
    assert tokens.read_unsubscribe_token(KEY, "weekly", token) == subscriber
    assert tokens.read_unsubscribe_token(OTHER, "weekly", token) is None
    assert tokens.read_unsubscribe_token(KEY, "daily", token) is None
    assert tokens.Tokens(KEY, "confirm", "weekly").read(token) is None
    assert tokens.read_confirmation(KEY, "weekly", token) is None


@given(number=NUMBERS, position=st.integers(0, 31), letter=st.sampled_from(HEXADECIMAL))
def test_one_altered_character_of_a_token_is_refused(number, position, letter):
    token = tokens.unsubscribe_token(KEY, "weekly", number)
    altered = token[:position] + letter + token[position + 1 :]
    assert tokens.read_unsubscribe_token(KEY, "weekly", altered) == (number if altered == token else None)


@pytest.mark.parametrize("change", ["{}=", "{}\n", " {}", "{}A", "", "A" * 32, "{}" * 2, "ä" * 32])
def test_what_is_not_a_token_is_refused(change):
    token = tokens.unsubscribe_token(KEY, "weekly", 7)
    assert tokens.read_unsubscribe_token(KEY, "weekly", change.format(token, token)) is None
    # Python's decoder would skip white space.
    assert tokens.read_unsubscribe_token(KEY, "weekly", f"{token[:16]} {token[16:]}") is None
    assert tokens.read_unsubscribe_token(KEY, "weekly", token.upper()) is None


def test_tokens_differ_throughout_between_neighbours():
    ones = [tokens.unsubscribe_token(KEY, "weekly", number) for number in range(500)]
    assert len({token[:16] for token in ones}) == len({token[16:] for token in ones}) == 500


@given(subscriber=NUMBERS, seconds=st.integers(-(10**8), 10**8))
def test_a_confirmation_says_when_it_expires(subscriber, seconds):
    expires = NOW + timedelta(seconds=seconds)
    token = tokens.confirm_token(KEY, "weekly", subscriber, expires)
    assert len(token) == 42
    assert tokens.read_confirmation(KEY, "weekly", token) == (subscriber, expires)
    assert tokens.read_confirmation(KEY, "daily", token) is None


@pytest.mark.parametrize("key", [b"", b"short", bytes(31), bytes(33)])
def test_a_key_of_another_length_is_refused(key):
    with pytest.raises(ValueError, match="must have 32 bytes"):
        tokens.unsubscribe_token(key, "weekly", 1)


@given(delivery=NUMBERS)
def test_a_delivery_is_read_from_its_envelope_sender(delivery):
    address = verp.encode("bounces@lists.example.org", delivery, KEY)
    assert address.isascii()
    assert address == address.lower()
    for form in (address, address.upper(), f"<{address}>", f'"{address.partition("@")[0]}"@lists.example.org'):
        assert verp.decode(form, KEY) == delivery
    assert verp.decode(address, OTHER) is None
    assert is_plain(address)


@given(number=NUMBERS)
def test_who_was_asked_to_confirm_is_read_from_the_envelope_sender_and_is_no_delivery(number):
    asked = verp.encode_confirmation("bounces@lists.example.org", number, KEY)
    assert verp.decode_confirmation(asked.upper(), KEY) == number
    assert verp.decode(asked, KEY) is None
    assert verp.decode_confirmation(asked, OTHER) is None
    assert verp.decode_confirmation(verp.encode("bounces@lists.example.org", number, KEY), KEY) is None


@given(delivery=NUMBERS, position=st.integers(0, 31), letter=st.sampled_from(HEXADECIMAL))
def test_one_altered_character_of_an_envelope_sender_is_refused(delivery, position, letter):
    address = verp.encode("b+x@example.org", delivery, KEY)
    local, _, domain = address.partition("@")
    start = len(local) - 32 + position
    altered = f"{local[:start]}{letter}{local[start + 1 :]}@{domain}"
    assert verp.decode(altered, KEY) == (delivery if altered == address else None)


@pytest.mark.parametrize(
    "address",
    ["", "bounces@example.org", "bounces+@example.org", f"bounces+{'a' * 32}@example.org", "a" * 32, "+" * 60],
)
def test_what_is_no_envelope_sender_of_ours_is_refused(address):
    assert verp.decode(address, KEY) is None


def test_an_envelope_sender_fits_or_is_refused():
    assert len(verp.encode(f"{'b' * 31}@example.org", 2**64 - 1, KEY).partition("@")[0]) == 64
    with pytest.raises(ValueError, match="more than 31 characters"):
        verp.encode(f"{'b' * 32}@example.org", 1, KEY)
    with pytest.raises(OverflowError):
        verp.encode("b@example.org", 2**64, KEY)


@given(subscriber=NUMBERS, position=st.integers(0, 41), letter=st.sampled_from(HEXADECIMAL))
def test_one_altered_character_of_a_confirmation_is_refused(subscriber, position, letter):
    token = tokens.confirm_token(KEY, "weekly", subscriber, NOW)
    altered = token[:position] + letter + token[position + 1 :]
    assert tokens.read_confirmation(KEY, "weekly", altered) == ((subscriber, NOW) if altered == token else None)
