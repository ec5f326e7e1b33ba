"""Which n-gram mentions which concept of the lexicon."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from roleclass.lexicon import Concept
from roleclass.training.cut.tables import Ngram


def membership(ngrams: Sequence[Ngram], concepts: Sequence[Concept]) -> sp.csr_matrix:
    """Return which n-grams are phrases of which concepts.

    Returns
    -------
    float64 sparse matrix of shape (len(ngrams), len(concepts))
        1 if it is.
    """
    place = {ngram: k for k, ngram in enumerate(ngrams)}
    pairs = [(place[phrase], c) for c, concept in enumerate(concepts) for phrase in concept.phrases]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return sp.csr_matrix((np.ones(len(pairs)), (rows, columns)), (len(ngrams), len(concepts)))
