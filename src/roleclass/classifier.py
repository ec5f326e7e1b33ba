"""`RoleClassifier`: classify, read and explain job postings with one model file."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from roleclass.engine import answers
from roleclass.engine.inputs import checked, checked_many
from roleclass.engine.model_file import ModelFile
from roleclass.evidence import explanation
from roleclass.evidence.explanation import Explanation
from roleclass.prediction import Prediction
from roleclass.reading import Reading
from roleclass.roles import AnyRole
from roleclass.taxonomy.problem_areas import Problem, find_problems
from roleclass.text import encode

_T = TypeVar("_T")


class RoleClassifier:
    """Classify and read job postings with one model file.

    `predict`, `read`, `problems` and `explain` take one posting. `predict_many` and `read_many` take any
    iterable and stream their answers. `predict_proba` also takes many postings and returns an array, as
    in scikit-learn; `score_dataset` takes a table. The package's functions are those of one shared instance.

    The file is read on first use. If it is then missing, damaged or not a model of roleclass, a
    `ModelError` is raised; a text or a title that is not a string is a `TypeError` everywhere. An
    instance may be shared by threads, pickled, and used after a fork.

    Parameters
    ----------
    model : path or None
        A ``model.onnx`` written by ``roleclass train``; None for the model that ships in the package.

    Examples
    --------
    >>> posting = '''Fine-tune large language models and build the agents, prompts and retrieval
    ... that our support assistant runs on. You will evaluate LLM answers with the team.'''
    >>> RoleClassifier().predict(posting).role
    <Role.AI_FIRST: 'ai-first'>
    """

    def __init__(self, model: str | os.PathLike[str] | None = None) -> None:
        self._file = ModelFile(model)

    def __repr__(self) -> str:
        return f"RoleClassifier({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """The model file.

        Examples
        --------
        >>> RoleClassifier().path.name
        'model.onnx'
        """
        return self._file.path

    @property
    def roles(self) -> tuple[AnyRole, ...]:
        """The roles that the model knows, in the order of the columns of `predict_proba`.

        Examples
        --------
        >>> [str(role) for role in RoleClassifier().roles]
        ['ai-first', 'ai-support', 'ml-first', 'other']
        """
        return self._file.model.roles

    def predict(self, text: str, title: str | None = None) -> Prediction:
        """Say which role one posting describes.

        Parameters
        ----------
        text : str
            The posting, in English; of any length, even empty.
        title : str or None
            The job title, if it is not part of the text.

        Returns
        -------
        Prediction
            If the text does not allow a decision, its role is `Role.UNCLEAR` and its `reason` is set.

        Examples
        --------
        >>> posting = "Wij zoeken een nieuwe collega die met plezier de tuin van het museum verzorgt."
        >>> RoleClassifier().predict(posting).reason
        'not English prose'
        """
        row = encode(*checked(text, title))
        [prediction] = answers.predictions(self._file.model, [row])
        return prediction

    def predict_many(
        self, texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
    ) -> Iterator[Prediction]:
        """Classify a stream of postings, in order and in bounded memory.

        Parameters
        ----------
        texts : iterable of str
            The postings: a list, a generator, a column of a data frame.
        titles : iterable of str or None, or None
            The job titles, one for each text.
        threads : int
            Number of threads that score; at least 1.

        Yields
        ------
        Prediction
            One for each text, in the order of `texts`. One or two thousand texts are read ahead. If `texts`
            raises, or an item is invalid, all texts before it are answered first.

        Raises
        ------
        TypeError
            If `texts` or `titles` is a single string, or an item is not a string; the message names it.
        ValueError
            If `titles` and `texts` differ in length, or `threads` is less than 1.

        Examples
        --------
        >>> [answer.reason for answer in RoleClassifier().predict_many(["", "?!"])]
        ['no readable words', 'no readable words']
        """
        return self._file.stream(answers.predictions, checked_many(texts, titles), threads)

    def predict_proba(
        self, texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
    ) -> NDArray[np.float32]:
        """Return the probability of each role for each posting, as scikit-learn's classifiers do.

        Unlike `predict_many`, it applies no rule: even an empty text gets the model's probabilities.

        Parameters
        ----------
        texts, titles, threads
            As for `predict_many`. For one posting, see `Prediction.probabilities`.

        Returns
        -------
        float32 array of shape (N, len(roles))
            Rows sum to 1; columns in the order of `roles`.

        Examples
        --------
        >>> RoleClassifier().predict_proba(["Sells shoes.", "Builds agents."]).shape
        (2, 4)
        """
        rows = self._file.stream(answers.probabilities, checked_many(texts, titles), threads)
        return np.fromiter(rows, np.dtype((np.float32, len(self.roles))))

    def read(self, text: str, title: str | None = None) -> Reading:
        r"""Say what each line of a posting is: its part, its work, the problem areas of a duty.

        Parameters
        ----------
        text, title : str, str or None
            As for `predict`.

        Returns
        -------
        Reading
            It includes the prediction, at no extra cost. A posting larger than 16 MiB has no lines.

        Examples
        --------
        >>> reading = RoleClassifier().read("What you will do\n- Build LLM agents for our support team")
        >>> [(reading.text[line.start : line.end], line.part, line.work) for line in reading.duties]
        [('Build LLM agents for our support team', 'duty', 'genai')]
        """
        row = encode(*checked(text, title))
        [reading] = answers.readings(self._file.model, [row])
        return reading

    def read_many(
        self, texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
    ) -> Iterator[Reading]:
        """Read a stream of postings, in order and in bounded memory.

        Parameters
        ----------
        texts, titles, threads
            As for `predict_many`.

        Yields
        ------
        Reading
            One for each text.

        Examples
        --------
        >>> [len(reading.lines) for reading in RoleClassifier().read_many(["", "Bake bread. Sell it."])]
        [0, 2]
        """
        return self._file.stream(answers.readings, checked_many(texts, titles), threads)

    def problems(self, text: str, title: str | None = None) -> list[Problem]:
        r"""Say which problem areas the duties of a posting are in, and where.

        Requirements, benefits and text about the company do not count.

        Parameters
        ----------
        text, title : str, str or None
            As for `predict`.

        Returns
        -------
        list of Problem
            In the order of the taxonomy: the sixteen problem areas, most common first, then the others.
            Spans are offsets into the text of `read` for the same posting, which includes the title.

        Examples
        --------
        >>> posting = "What you will do\n- Fine-tune language models.\nYou need: experience with RAG."
        >>> [problem.name for problem in RoleClassifier().problems(posting) if problem.kind == "problem"]
        ['Fine-tuning Models']
        """
        return find_problems(self.read(text, title))

    def explain(
        self,
        text: str,
        title: str | None = None,
        *,
        role: AnyRole | None = None,
        against: AnyRole | None = None,
    ) -> Explanation:
        """Show the evidence in a posting for and against a role.

        Parameters
        ----------
        text, title : str, str or None
            As for `predict`.
        role : Role or None
            The role to explain; None for the most likely one.
        against : Role or None
            The role to compare it with; None for the most likely other one.

        Returns
        -------
        Explanation

        Raises
        ------
        ValueError
            If the posting is larger than 16 MiB, the model does not know a role (`Role.UNCLEAR` is given
            by a rule), or both are the same.
        ModelError
            If the model lacks the outputs that an explanation needs.

        Examples
        --------
        >>> why = RoleClassifier().explain("You will build LLM agents and evaluate the prompts.")
        >>> total = why.prior + sum(item.weight for item in why.evidence)
        >>> str(why.role), abs(total - why.log_odds) < 1e-4
        ('ai-first', True)
        """
        checked(text, title)
        return explanation.explain(self._file.model, text, title, role=role, against=against)

    def score_dataset(
        self,
        dataset: _T,
        text_column: str | tuple[str, ...] | None = None,
        *,
        title_column: str | None = None,
        prefix: str = "",
        areas: bool = False,
        lines: bool = False,
        batch_size: int = 2048,
        threads: int = 1,
        warn: Callable[[str], None] = lambda _: None,
    ) -> _T:
        """Add the roles to a dataset of `datasets` or a data frame; needs ``roleclass[score]``.

        Parameters
        ----------
        dataset : Dataset, IterableDataset, DatasetDict or IterableDatasetDict of datasets; DataFrame of
            pandas or polars; Table of pyarrow
            It is not modified. An iterable dataset is scored while it is read.
        text_column : str, tuple of str or None
            The column with the posting, or several, which are joined; None: guess from their names.
        title_column : str or None
            The column with the title; None: guess.
        prefix : str
            Prefix of the names of the added columns.
        areas : bool
            Also add the number of lines of each part (``part_duty``, ...) and work (``work_genai``, ...),
            and the number of duties in each problem area (``area_rag``, ...).
        lines : bool
            Also add ``duties``: what the person will do, as a list of strings.
        batch_size, threads : int
            Number of rows that are scored together, and of threads that score.
        warn : callable
            Called with each warning about the columns, such as a guess.

        Returns
        -------
        object
            The same type as `dataset`: the same rows in the same order, all columns, and ``role``,
            ``confidence``, ``reliable``, ``probability_<role>`` for each role and ``reason``. Where the
            text is missing or not a string, the role is ``unclear`` and the reason begins with "error: ".

        Raises
        ------
        TypeError
            If `dataset` is of another type.
        ScoringError
            If a column is missing or ambiguous, or an added column already exists.

        Examples
        --------
        >>> import pandas
        >>> RoleClassifier().score_dataset(pandas.DataFrame({"text": ["", "!"]}))["role"].tolist()
        ['unclear', 'unclear']
        """
        from roleclass.scoring.dataset import score_dataset  # its libraries are an extra
        from roleclass.scoring.options import ScoreOptions

        options = ScoreOptions(
            text_column=text_column,
            title_column=title_column,
            prefix=prefix,
            areas=areas,
            lines=lines,
            batch_size=batch_size,
            threads=threads,
        )
        return score_dataset(dataset, self._file, options, warn)
