"""`LineModel`: what each line of a posting is, from its words, its place and its neighbours.

Two stages, both linear (`docs/how-it-works.md` says what each part was measured to give):

1. **Words.** Each n-gram of a line adds a fixed weight to the logits of four heads: *part*, *work*, *areas*,
   and *next*, the part of the line that follows, which is what a heading tells. The first word of a line has
   weights of its own. Weights are whole numbers, multiples of 1 / `ONE`, so that sums over words come out
   the same everywhere, whatever the length.
2. **Neighbours.** Part and work are decided again, from the first stage's probabilities for the line, for the
   lines around it, for what its last heading announces, and for the posting as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from roleclass.lexicon import Concept
from roleclass.training.lines import Lines, cut
from roleclass.training.mentions import membership
from roleclass.training.vocabulary import Occurrences, Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS: Final = ("company", "duty", "requirement", "nice-to-have", "other")
WORKS: Final = ("genai", "ml", "near-ai", "ai-user", "ai-topic", "none")
AREAS: Final = (
    "building", "productionizing", "evaluation", "provider-apis", "rag", "data", "collaboration",
    "infrastructure", "agents", "customers", "frontend", "research", "optimization", "fine-tuning",
    "self-hosting", "security", "classical-ml", "none",
)  # fmt: skip

ONE: Final = 2**16
"""Weights and probabilities that are added up are whole multiples of 1 / ONE."""

HEADING_WORDS: Final = 8
NEAR: Final = 4
"""How many lines before and after a line are looked at together."""


@dataclass(frozen=True)
class LineLabels:
    """Labels of the M lines of some postings.

    Attributes
    ----------
    part, work : int64 arrays of shape (M,)
        Index into `PARTS` and `WORKS`; -1 where nobody labelled the line.
    areas : bool array of shape (M, len(AREAS))
    areas_known : bool array of shape (M,)
        Whether somebody was asked for the areas.
    """

    part: Ints
    work: Ints
    areas: NDArray[np.bool_]
    areas_known: NDArray[np.bool_]


@dataclass(frozen=True)
class LineScores:
    """The lines of N postings and what they are.

    Attributes
    ----------
    lines : Lines
    found : Occurrences
        The n-grams in them.
    line : int64 array
        The line of each occurrence.
    part, work, areas : float64 arrays of shape (M, 5), (M, 6), (M, 18)
        Probabilities, in the order of `PARTS`, `WORKS`, `AREAS`; areas are independent of each other.
    """

    lines: Lines
    found: Occurrences
    line: Ints
    part: Floats
    work: Floats
    areas: Floats


class LineModel(BaseEstimator):  # type: ignore[misc]
    def __init__(self, vocabulary, concepts, C=(0.15, 0.15, 0.3), C2=0.3, min_lines=5):
        self.vocabulary = vocabulary
        self.concepts = concepts
        self.C = C
        self.C2 = C2
        self.min_lines = min_lines

    def read(self, rows):
        lines = cut(rows)
        found = self.vocabulary.find(rows)
        first = np.searchsorted(lines.word_row, np.arange(len(rows)))
        word = first[found.row] + found.word
        line = lines.word_line[word]
        return lines, found, line, word == lines.first[line]

    def fit(self, rows, labels, read=None, groups=None):
        lines, found, line, leads = read or self.read(rows)
        member = membership(self.vocabulary.ngrams, self.concepts)
        M, V = len(lines.row), len(self.vocabulary.ngrams)
        X = sp.csr_matrix((np.ones(len(line)), (line, found.ngram)), (M, V))
        C = X @ member
        F = sp.csr_matrix((np.ones(leads.sum()), (line[leads], found.ngram[leads])), (M, V))
        S = shape(lines)
        known = labels.part >= 0
        self.shape_mean_, self.shape_dev_ = S[known].mean(0), S[known].std(0) + 1e-6
        follow = np.where(np.append(lines.row[1:] == lines.row[:-1], False), np.roll(labels.part, -1), -1)
        Ss = sp.csr_matrix((S - self.shape_mean_) / self.shape_dev_)
        heads = {}
        targets = {
            "part": (labels.part, True, self.C[0], known & (labels.part >= 0)),
            "next": (follow, True, self.C[0], known & (follow >= 0)),
            "work": (labels.work, False, self.C[1], known),
        }
        own, lead, sh, bias = [], [], [], []
        with threadpool_limits(1):
            for name, (y, with_first, c, use) in targets.items():
                A = sp.hstack([X, C, F, Ss] if with_first else [X, C, Ss], format="csr")[use]
                w, b = _logistic(A, y[use], c, self.min_lines, len(PARTS) if name != "work" else len(WORKS))
                self._split(w, b, V, member, with_first, own, lead, sh, bias)
            use = labels.areas_known & (labels.part == 1)
            A = sp.hstack([X, C, F, Ss], format="csr")[use]
            ws, bs = [], []
            for k in range(len(AREAS)):
                w, b = _logistic(A, labels.areas[use, k].astype(int), self.C[2], self.min_lines, 2)
                ws.append(w[:, 1] - w[:, 0]), bs.append(b[1] - b[0])
            self._split(np.stack(ws, 1), np.array(bs), V, member, True, own, lead, sh, bias)
        self.own_ = np.rint(np.hstack(own) * ONE).astype(np.int32)
        self.lead_ = np.rint(np.hstack(lead) * ONE).astype(np.int32)
        self.shape_ = np.hstack(sh)
        self.bias_ = np.concatenate(bias)
        return self

    def _split(self, w, b, V, member, with_first, own, lead, sh, bias):
        own.append(w[:V] + member @ w[V : V + member.shape[1]])
        rest = w[V + member.shape[1] :]
        lead.append(rest[:V] if with_first else np.zeros_like(w[:V]))
        sh.append(rest[V:] if with_first else rest)
        bias.append(b)

    def first_stage(self, read):
        lines, found, line, leads = read
        M = len(lines.row)
        sums = sp.csr_matrix((np.ones(len(line)), (line, found.ngram)), (M, len(self.own_))) @ self.own_.astype(float)
        sums += sp.csr_matrix((np.ones(leads.sum()), (line[leads], found.ngram[leads])), (M, len(self.own_))) @ self.lead_.astype(float)
        return sums / ONE + (shape(lines) - self.shape_mean_) / self.shape_dev_ @ self.shape_ + self.bias_

    def fit2(self, lines, logits, labels):
        A = context(lines, logits)
        use = labels.part >= 0
        self.mean2_, self.dev2_ = A[use].mean(0), A[use].std(0) + 1e-3
        A = (A[use] - self.mean2_) / self.dev2_
        with threadpool_limits(1):
            self.part2_ = LogisticRegression(C=self.C2, max_iter=300, tol=1e-3).fit(A, labels.part[use])
            self.work2_ = LogisticRegression(C=self.C2, max_iter=300, tol=1e-3).fit(A, labels.work[use])
        return self

    def predict(self, rows, read=None):
        read = read or self.read(rows)
        logits = self.first_stage(read)
        A = (context(read[0], logits) - self.mean2_) / self.dev2_
        return LineScores(
            read[0], read[1], read[2],
            softmax(self.part2_.decision_function(A), 1),
            softmax(self.work2_.decision_function(A), 1),
            expit(logits[:, 16:]),
        )


def _logistic(A, y, c, min_rows, classes):
    keep = np.asarray((A != 0).sum(0)).ravel() >= min_rows
    m = LogisticRegression(C=c, max_iter=100, tol=1e-3).fit(A[:, keep], y)
    w = np.zeros((A.shape[1], classes))
    b = np.zeros(classes)
    coef, inter = m.coef_, m.intercept_
    if len(m.classes_) == 2:
        coef, inter = np.vstack([-coef / 2, coef / 2]), np.concatenate([-inter / 2, inter / 2])
    for k, cl in enumerate(m.classes_):
        w[keep, cl] = coef[k]
        b[cl] = inter[k]
    return w, b


def shape(lines: Lines) -> Floats:
    words = (lines.last - lines.first + 1).astype(float)
    begin = np.searchsorted(lines.row, lines.row)
    end = np.searchsorted(lines.row, lines.row, "right")
    i = np.arange(len(words)) - begin
    left = end - begin - i
    return np.stack(
        [
            np.log(words), np.minimum(words, 8) / 8, lines.marked, lines.colon, lines.free,
            i == 0, np.minimum(i, 20) / 20, i / np.maximum(end - begin, 1), np.log(left.astype(float)),
            lines.marked * np.log(words),
        ],
        1,
    ).astype(float)


def _moved(lines, x, k):
    y = np.zeros_like(x)
    if abs(k) >= len(x):
        return y
    if k > 0:
        y[k:] = x[:-k] * (lines.row[k:] == lines.row[:-k])[:, None]
    else:
        y[:k] = x[-k:] * (lines.row[:k] == lines.row[-k:])[:, None]
    return y


def context(lines: Lines, logits: Floats) -> Floats:
    part, follow, work = logits[:, :5], logits[:, 5:10], logits[:, 10:16]
    p, q, w = (np.rint(softmax(x, 1) * ONE) / ONE for x in (part, follow, work))
    M = len(p)
    pw = np.hstack([p, w])
    words = lines.last - lines.first + 1
    short = (words <= HEADING_WORDS) & (lines.free | lines.colon) & ~lines.marked
    heading = short & (p[:, 4] > 0.5)
    i = np.arange(M)
    last = np.maximum.accumulate(np.where(heading, i, -1))
    last = np.concatenate([[-1], last[:-1]])
    ok = (last >= 0) & (lines.row[np.maximum(last, 0)] == lines.row)
    h = np.where(ok, last, 0)
    of_heading = np.hstack([q, p])[h] * ok[:, None]
    dist = np.where(ok, np.log(np.maximum(i - h, 1).astype(float)), 0)
    cross = (of_heading[:, :5, None] * p[:, None]).reshape(M, -1)
    begin = np.searchsorted(lines.row, lines.row)
    end = np.searchsorted(lines.row, lines.row, "right")
    sums = np.vstack([np.zeros(11), pw.cumsum(0)])

    def window(lo, hi):
        a, b = np.clip(i + lo, begin, end), np.clip(i + hi + 1, begin, end)
        return (sums[b] - sums[a]) / (hi - lo + 1)

    whole = (sums[end] - sums[begin]) / np.maximum(end - begin, 1)[:, None]
    return np.hstack(
        [
            part - part.mean(1, keepdims=True), work - work.mean(1, keepdims=True), pw, shape(lines),
            _moved(lines, pw, 1), _moved(lines, pw, -1),
            _moved(lines, q, 1), of_heading, dist[:, None], ok[:, None], heading[:, None],
            window(-NEAR, -1), window(1, NEAR), whole, cross,
        ]
    )
