"""How often a posting mentions each concept: in all of it, in its title, and among its duties."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from roleclass.lexicon import Concept
from roleclass.text import tokenize
from roleclass.training.vocabulary import Ngram, Occurrences

REGIONS: Final = ("posting", "title", "duties")
"""Where mentions are counted, in the order of the second axis of the counts."""

TITLE_BYTES: Final = 256
"""The first line is a title if it is no longer than this; a longer one is running text."""

SECTION_GROUP: Final = "section"
"""The group of the lexicon whose concepts are headings: each opens a part of the posting."""

DUTIES_HEADING: Final = "s_duties"
"""The concept whose phrases open the duties; any other heading, and the posting's end, closes them."""


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


def heading_codes(concepts: Sequence[Concept], membership: sp.csr_matrix) -> NDArray[np.int64]:
    """Return what each n-gram opens: 2 the duties, 1 another part, 0 nothing.

    Where two headings begin at one word, the greater code counts.
    """
    codes = np.array(
        [(c.group == SECTION_GROUP) * (2.0 if c.key == DUTIES_HEADING else 1.0) for c in concepts]
    )
    return (membership @ sp.diags(codes)).max(axis=1).toarray().ravel().astype(np.int64)


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
    regions = (np.full(len(found.row), True), _in_title(rows, found), _in_duties(found, headings))
    return np.stack([_count(found, where, len(rows), member) for where in regions], axis=1)


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


def _in_duties(found: Occurrences, headings: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the last heading before an n-gram, or the n-gram itself, opens the duties."""
    code = headings[found.ngram]
    # Occurrences are sorted by posting and word. A posting begins outside of its duties.
    row_and_word = np.stack([found.row, found.word], axis=1)
    places, inverse = np.unique(row_and_word, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    at_place = np.zeros(len(places), np.int64)
    np.maximum.at(at_place, inverse, code)
    new_row = np.diff(places[:, 0], prepend=-1) > 0
    opens = (at_place > 0) | new_row
    last = np.maximum.accumulate(np.where(opens, np.arange(len(places)), 0))
    return np.asarray((at_place[last] == 2)[inverse])
