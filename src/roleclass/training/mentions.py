"""How often a posting mentions each concept: in all of it, in its title, in each of its sections."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from roleclass.lexicon import Concept
from roleclass.text import tokenize
from roleclass.training.vocabulary import Ngram, Occurrences

REGIONS: Final = ("posting", "title", "start", "duties", "requirements", "nice to have", "company")
"""Where mentions are counted; the last five are sections, of which a mention is in one at most."""

TITLE_BYTES: Final = 256
"""The first line is a title if it is no longer than this; a longer one is running text."""

HEADINGS: Final = {
    "s_duties": 1,
    "s_must": 2,
    "s_nice": 3,
    "s_company": 4,
    "s_benefits": 5,
    "s_legal": 5,
}
"""Concepts whose phrases open a section, with the section's code. A posting begins with code 0."""

REGION_OF_CODE: Final = np.array([2, 3, 4, 5, 6, -1])
"""The place in `REGIONS` of each code; -1: benefits and legal text are not looked at."""


def membership(ngrams: Sequence[Ngram], concepts: Sequence[Concept]) -> sp.csr_matrix:
    """Return which n-gram is a phrase of which concept.

    Returns
    -------
    float64 sparse matrix of shape (len(ngrams), len(concepts))
        1 where it is.
    """
    place = {ngram: k for k, ngram in enumerate(ngrams)}
    pairs = [(place[phrase], c) for c, concept in enumerate(concepts) for phrase in concept.phrases]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return sp.csr_matrix((np.ones(len(pairs)), (rows, columns)), (len(ngrams), len(concepts)))


def heading_codes(concepts: Sequence[Concept], member: sp.csr_matrix) -> NDArray[np.int64]:
    """Return the code of the section that each n-gram opens; 0 where it opens none.

    Of several, the greatest: a phrase of two headings belongs to the one further down in postings.
    """
    codes = sp.csr_matrix(np.array([[float(HEADINGS.get(c.key, 0))] for c in concepts]))
    opened = (
        member.multiply(codes.T).max(axis=1).toarray() if concepts else np.zeros(member.shape[0])
    )
    return np.asarray(opened).ravel().astype(np.int64)


def count_mentions(
    rows: Sequence[bytes], found: Occurrences, member: sp.csr_matrix, headings: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Count the mentions of each concept in each region of each posting.

    Parameters
    ----------
    rows : sequence of N bytes
        Postings as given by `roleclass.text.encode`.
    found : Occurrences
        The n-grams in them.
    member : sparse matrix of shape (V, C)
        See `membership`.
    headings : int64 array of shape (V,)
        See `heading_codes`.

    Returns
    -------
    float64 array of shape (N, len(REGIONS), C)
    """
    region = REGION_OF_CODE[_sections(found, headings)]
    inside = [
        np.full(len(found.row), True),
        _in_title(rows, found),
        *(region == r for r in range(2, len(REGIONS))),
    ]
    return np.stack([_count(found, where, len(rows), member) for where in inside], axis=1)


def _count(
    found: Occurrences, where: NDArray[np.bool_], rows: int, member: sp.csr_matrix
) -> NDArray[np.float64]:
    places = (found.row[where], found.ngram[where])
    # The constructor adds up what stands in one place.
    counts = sp.csr_matrix((np.ones(len(places[0])), places), (rows, member.shape[0]))
    return np.asarray((counts @ member).toarray())


def _in_title(rows: Sequence[bytes], found: Occurrences) -> NDArray[np.bool_]:
    """Whether an n-gram begins in the title."""
    # -1, not found, gives row[:0]: no title.
    titles = (row[: max(row.find(b"\n", 0, TITLE_BYTES + 1), 0)] for row in rows)
    words = np.fromiter((len(tokenize(title)) for title in titles), np.int64, len(rows))
    return np.asarray(found.word < words[found.row])


def _sections(found: Occurrences, headings: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the code that the last heading gave, up to each n-gram and itself included.

    Of headings that begin at one word, the one with the greatest code counts.
    """
    # Occurrences are sorted by posting and word; a place is a word at which some n-gram begins.
    places, place = np.unique(
        np.stack([found.row, found.word], axis=1), axis=0, return_inverse=True
    )
    place = place.ravel()
    code = np.zeros(len(places), np.int64)
    np.maximum.at(code, place, headings[found.ngram])
    new_posting = np.diff(places[:, 0], prepend=-1) > 0
    opens = (code > 0) | new_posting
    last = np.maximum.accumulate(np.where(opens, np.arange(len(places)), 0))
    return np.asarray(code[last][place])
