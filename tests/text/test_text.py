"""The text contract: what counts as a token, and how postings become a matrix."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roleclass.text import FOLD, TOKEN_BYTES, encode, pack, tokenize

# Written a second time, on purpose, as a person would state the contract.
TOKEN = re.compile(rb"[a-z0-9+#]+")


@given(st.text())
def test_tokens_are_the_maximal_runs_of_token_bytes_of_the_ascii_folded_text(text: str) -> None:
    data = encode(text)
    folded = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in data)
    assert tokenize(data) == TOKEN.findall(folded)


@given(st.binary())
def test_any_bytes_can_be_tokenised_and_folding_twice_changes_nothing(data: bytes) -> None:
    tokens = tokenize(data)
    assert set(b"".join(tokens)) <= set(TOKEN_BYTES)
    assert tokenize(b" ".join(tokens)) == tokens
    assert data.translate(FOLD).translate(FOLD) == data.translate(FOLD)


def test_names_of_languages_and_models_survive_as_words() -> None:
    assert tokenize(encode("C++, C#, GPT-4o & CI/CD")) == [
        b"c++",
        b"c#",
        b"gpt",
        b"4o",
        b"ci",
        b"cd",
    ]


def test_letters_beyond_ascii_separate_and_are_not_folded() -> None:
    # KELVIN SIGN lowers to an ASCII k in Unicode; the contract folds bytes, not characters.
    assert tokenize(encode("Zürich \u212a8s")) == [b"z", b"rich", b"8s"]


def test_lone_surrogates_and_nul_separate() -> None:
    assert tokenize(encode("rag\ud800agents\0prompts")) == [b"rag", b"agents", b"prompts"]


def test_title_becomes_one_line_before_the_text() -> None:
    assert encode("Text\nMore", title=" AI \n Engineer ") == b"AI Engineer\n\nText\nMore"


def test_blank_title_is_no_title() -> None:
    assert encode("Text", title=" \n") == encode("Text", title=None) == b"Text"


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_packing_pads_with_zeros_and_loses_nothing(rows: list[bytes]) -> None:
    matrix = pack(rows)
    assert matrix.dtype == np.uint8
    assert matrix.shape == (len(rows), max(map(len, rows), default=0) or 1)
    for row, packed in zip(rows, matrix, strict=True):
        assert packed.tobytes() == row.ljust(matrix.shape[1], b"\0")


@pytest.mark.parametrize("text", ["", " \n\t", "<p></p>", "<!-- nothing -->"])
def test_a_title_without_a_text_is_no_posting(text: str) -> None:
    assert encode(text, title="AI Engineer").strip() == b""
