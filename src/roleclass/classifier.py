"""`RoleClassifier`: one model file, loaded on first use, that turns postings into predictions."""

import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from roleclass.engine.batches import Chunk, in_order, read
from roleclass.engine.inputs import Posting, checked, checked_many
from roleclass.engine.line_outputs import LINE_OUTPUTS, make_readings
from roleclass.engine.model_file import Model, default_model, load_model, making_sessions
from roleclass.engine.parallel import map_ahead
from roleclass.errors import ModelError
from roleclass.prediction import Prediction
from roleclass.reading import Reading
from roleclass.roles import AnyRole, Role
from roleclass.text import MAX_BYTES, encode

TOO_LARGE: Final = "larger than 16 MiB"
_TOO_LARGE_CODE: Final = -1  # the graph's own codes are not negative

_T = TypeVar("_T")


class RoleClassifier:
    """Classify job postings with one model file.

    The file is read on the first prediction, not before. One instance may be shared by threads,
    sent to another process by pickle, and used after a fork.

    Parameters
    ----------
    model : path or None
        A ``model.onnx`` written by ``roleclass train``; None for the one that ships inside the package.

    Examples
    --------
    >>> classifier = RoleClassifier()
    >>> posting = '''Fine-tune large language models and build the agents, prompts and retrieval
    ... that our support assistant runs on. You will evaluate LLM answers with the team.'''
    >>> classifier.predict(posting).role
    <Role.AI_FIRST: 'ai-first'>
    """

    def __init__(self, model: str | os.PathLike[str] | None = None) -> None:
        self._path = default_model() if model is None else Path(model)
        self._loaded: Model | None = None
        _classifiers.add(self)

    def __repr__(self) -> str:
        return f"RoleClassifier({str(self._path)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self._path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"])  # type: ignore[misc]

    @property
    def _model(self) -> Model:
        loaded = self._loaded
        if loaded is None:
            with making_sessions:
                loaded = self._loaded = self._loaded or load_model(self._path)
        return loaded

    @property
    def path(self) -> Path:
        """The model file.

        Examples
        --------
        >>> RoleClassifier().path.name
        'model.onnx'
        """
        return self._path

    @property
    def roles(self) -> tuple[AnyRole, ...]:
        """The roles that the model knows, in the order of the columns of `predict_proba`.

        Raises
        ------
        ModelError
            If the model file is missing, damaged or not a roleclass model.

        Examples
        --------
        >>> [str(role) for role in RoleClassifier().roles]
        ['ai-first', 'ai-support', 'ml-first', 'other']
        """
        return self._model.roles

    def predict(self, text: str, title: str | None = None) -> Prediction:
        """Say which role one posting describes.

        Parameters
        ----------
        text : str
            The posting, in English; any length, empty included.
        title : str or None
            The job title, where it is not part of the text.

        Returns
        -------
        Prediction
            Its role is `Role.UNCLEAR` and its `reason` is set where the text lets nobody judge.

        Raises
        ------
        TypeError
            If `text` or `title` is not a string.
        ModelError
            If the model file is missing, damaged or not a roleclass model.

        Examples
        --------
        >>> posting = "Wij zoeken een nieuwe collega die met plezier de tuin van het museum verzorgt."
        >>> RoleClassifier().predict(posting).reason
        'not English prose'
        """
        row = encode(*checked(text, title))
        model = self._model
        [prediction] = _predictions(model, [row])
        return prediction

    def predict_many(
        self,
        texts: Iterable[str],
        titles: Iterable[str | None] | None = None,
        *,
        threads: int = 1,
    ) -> Iterator[Prediction]:
        """Classify postings as they come, in order, in bounded memory.

        Parameters
        ----------
        texts : iterable of str
            The postings: a list, a generator, a column of a data frame.
        titles : iterable of str or None, or None
            The job titles, one for each text.
        threads : int
            How many threads score at the same time; at least 1.

        Yields
        ------
        Prediction
            One for each text, in the order of `texts`. A thousand texts or two are read ahead. If `texts`
            raises, or an item is wrong, all before it are answered first.

        Raises
        ------
        TypeError
            If `texts` or `titles` is a single string, or an item is not a string; the message names it.
        ValueError
            If `titles` and `texts` differ in length, or `threads` is less than 1.
        ModelError
            If the model file is missing, damaged or not a roleclass model.

        Examples
        --------
        >>> [answer.reason for answer in RoleClassifier().predict_many(["", "?!"])]
        ['no readable words', 'no readable words']
        """
        return self._stream(checked_many(texts, titles), _predictions, threads)

    def predict_proba(
        self, texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
    ) -> NDArray[np.float32]:
        """Return the probability of each role for each posting.

        Unlike `predict`, it applies no rule: a row of an empty text holds what the model gives for it.

        Parameters
        ----------
        texts, titles, threads
            As for `predict_many`.

        Returns
        -------
        float32 array of shape (N, len(roles))
            Rows sum to 1; columns in the order of `roles`.

        Raises
        ------
        TypeError, ValueError, ModelError
            As for `predict_many`.

        Examples
        --------
        >>> RoleClassifier().predict_proba(["Sells shoes.", "Builds agents."]).shape
        (2, 4)
        """
        rows = self._stream(checked_many(texts, titles), _probabilities, threads)
        return np.fromiter(rows, np.dtype((np.float32, len(self.roles))))

    def outputs(self, text: str, title: str | None = None) -> dict[str, NDArray[Any]]:
        """Return all that the graph computes for one posting, by the name of the output.

        Explanations are made from it (`roleclass.explain`); a prediction needs two of them only.

        Parameters
        ----------
        text, title : str, str or None
            As for `predict`.

        Returns
        -------
        dict of str to array
            ``probabilities`` (float32, (1, K)), ``reason`` (int64, (1,)), and what
            ``docs/how-it-works.md`` lists.

        Raises
        ------
        TypeError, ModelError
            As for `predict`.
        ValueError
            If the posting is larger than 16 MiB.

        Examples
        --------
        >>> RoleClassifier().outputs("Sells shoes.")["probabilities"].shape
        (1, 4)
        """
        model = self._model
        row = encode(*checked(text, title))
        if len(row) > MAX_BYTES:
            raise ValueError(f"the posting is {TOO_LARGE}; explain a part of it")
        names = [output.name for output in model.whole.get_outputs()]
        outputs = dict(zip(names, model.run(None, [row]), strict=True))
        model.check(outputs["probabilities"], outputs["reason"], rows=1)
        for name, values in outputs.items():
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ModelError(f"the model's {name} are not all numbers; train it again")
        return outputs

    def read(self, text: str, title: str | None = None) -> Reading:
        r"""Say what each line of a posting is: its part, its work, the problem areas of a duty.

        Parameters
        ----------
        text, title : str, str or None
            As for `predict`.

        Returns
        -------
        Reading

        Raises
        ------
        TypeError, ModelError
            As for `predict`.
        ValueError
            If the posting is larger than 16 MiB.

        Examples
        --------
        >>> reading = RoleClassifier().read("What you will do\n- Build LLM agents for our support team")
        >>> [(reading.text[line.start : line.end], line.part, line.work) for line in reading.duties]
        [('Build LLM agents for our support team', 'duty', 'genai')]
        """
        checked(text, title)  # so that an error names the argument
        [reading] = self.read_many([text], [title])
        return reading

    def read_many(
        self, texts: Iterable[str], titles: Iterable[str | None] | None = None
    ) -> Iterator[Reading]:
        """Read postings as they come, in order, in bounded memory.

        Parameters
        ----------
        texts, titles
            As for `predict_many`.

        Yields
        ------
        Reading
            One for each text.

        Raises
        ------
        TypeError, ValueError, ModelError
            As for `read`; a ValueError names the posting's place.

        Examples
        --------
        >>> [len(reading.lines) for reading in RoleClassifier().read_many(["", "Bake bread. Sell it."])]
        [0, 2]
        """
        return self._stream(_readable(checked_many(texts, titles)), _readings, threads=1)

    def score_dataset(
        self, dataset: _T, text_column: str | tuple[str, ...] | None = None, **options: Any
    ) -> _T:
        """Add the roles to a dataset or a data frame, with this model; needs ``roleclass[score]``.

        See `roleclass.scoring.dataset.score_dataset` for the arguments, the result and the errors.

        Examples
        --------
        >>> import pandas
        >>> RoleClassifier().score_dataset(pandas.DataFrame({"text": [""]}))["role"].tolist()
        ['unclear']
        """
        from roleclass.scoring.dataset import score_dataset

        return score_dataset(dataset, text_column, model=self, **options)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features that the model weighs, ``block:what``; the n-grams come first.

        Examples
        --------
        >>> "density:rag" in RoleClassifier().feature_names
        True
        """
        return self._model.features

    def _stream(
        self,
        postings: Iterable[Posting],
        score_rows: Callable[[Model, list[bytes]], Iterable[_T]],
        threads: int,
    ) -> Iterator[_T]:
        """Score postings on `threads` threads; `score_rows` turns a batch into results."""
        if threads < 1:
            raise ValueError(f"threads must be at least 1, got {threads}")

        # All of the work but reading, so that no thread keeps Python's lock for long.
        def score(work: tuple[Chunk, list[int]]) -> tuple[Chunk, list[int], Iterable[_T]]:
            chunk, batch = work
            rows = [encode(*chunk.postings[i]) for i in batch]
            return chunk, batch, score_rows(self._model, rows)

        # Checked at once, hence a function that returns a generator.
        work = ((chunk, batch) for chunk in read(postings) for batch in chunk.batches)
        return in_order(
            map(score, work) if threads == 1 else map_ahead(score, work, threads, spare=4)
        )


def _readable(postings: Iterable[Posting]) -> Iterator[Posting]:
    """Pass postings on; one that is too large to be read is an error that names its place."""
    for place, posting in enumerate(postings):
        text, title = posting
        # A character has four bytes at most, so that hardly any posting has to be encoded twice.
        characters = len(text) + len(title or "")
        if 4 * characters >= MAX_BYTES and len(encode(*posting)) > MAX_BYTES:
            raise ValueError(f"texts[{place}] is {TOO_LARGE}; read a part of it")
        yield posting


def _readings(model: Model, rows: Sequence[bytes]) -> Iterator[Reading]:
    return make_readings(rows, *model.run(LINE_OUTPUTS, rows))


def _answer(model: Model, rows: Sequence[bytes]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Score a batch: probabilities of shape (N, roles) and codes of reasons of shape (N,)."""
    if len(rows[-1]) > MAX_BYTES:  # a batch of its own
        probabilities, _ = model.answer([b""])
        return probabilities, np.array([_TOO_LARGE_CODE])
    return model.answer(rows)


def _probabilities(model: Model, rows: Sequence[bytes]) -> NDArray[np.float32]:
    return _answer(model, rows)[0]


def _predictions(model: Model, rows: Sequence[bytes]) -> list[Prediction]:
    """Score a batch and put the answers into words, one for each row."""
    probabilities, codes = _answer(model, rows)
    best = probabilities.argmax(axis=1).tolist()
    predictions = []
    for p, k, code in zip(probabilities.tolist(), best, codes.tolist(), strict=True):
        reason = TOO_LARGE if code == _TOO_LARGE_CODE else model.reasons[code]
        by_role = dict(zip(model.roles, p, strict=True))
        predictions.append(
            Prediction(model.roles[k], p[k], by_role, p[k] >= model.thresholds[k])
            if reason is None
            else Prediction(Role.UNCLEAR, 0.0, by_role, reliable=False, reason=reason)
        )
    return predictions


_classifiers: "weakref.WeakSet[RoleClassifier]" = weakref.WeakSet()
_abandoned: list[Model | None] = []


def _forget_after_fork() -> None:
    # A session belongs to the process that made it. It is not even deleted in the child: a thread that the
    # child does not have may have held its locks.
    for classifier in _classifiers:
        _abandoned.append(classifier._loaded)  # noqa: SLF001
        classifier._loaded = None  # noqa: SLF001
    making_sessions.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch  (absent on Windows only)
    # A fork waits until no thread is importing ONNX Runtime or making a session: the child of such a moment
    # would wait for the locks of both for ever.
    os.register_at_fork(
        before=making_sessions.acquire,
        after_in_parent=making_sessions.release,
        after_in_child=_forget_after_fork,
    )
