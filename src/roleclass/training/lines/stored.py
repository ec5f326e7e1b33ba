"""Load the line model of a model file, for corpora without labelled lines."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from roleclass.lexicon import load_lexicon
from roleclass.training.cut.tables import Ngram
from roleclass.training.lines.model import LineModel


def stored_line_model(path: Path, further: Iterable[Ngram] = ()) -> LineModel:
    """Read the line model of a model file.

    Parameters
    ----------
    path : Path
        As written by `roleclass.training.graph.export.export` with the package's own lexicon.
    further : iterable of tuples of bytes
        More n-grams to find. They say nothing about lines, but may tell roles apart.

    Returns
    -------
    LineModel
        It gives the same answers as the file.

    Examples
    --------
    >>> from roleclass.engine.model_file import default_model
    >>> model = stored_line_model(default_model())
    >>> model.predict([b"Build agents."]).part.shape
    (1, 5)
    """
    file = onnx.load(path)
    stored = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in file.graph.initializer
        if tensor.name.startswith("line_")
    }
    metadata = {entry.key: entry.value for entry in file.metadata_props}
    names = [name.partition(":")[::2] for name in json.loads(metadata["roleclass.features"])]
    ngrams = tuple(tuple(what.encode().split()) for block, what in names if block == "ngram")
    known = set(ngrams)
    more = tuple(ngram for ngram in further if ngram not in known)
    model = LineModel((*ngrams, *more), load_lexicon())
    # The last row is for unknown n-grams.
    model.own_, model.lead_ = (
        np.pad(stored[name][stored[f"{name}_row"][:-1]], ((0, len(more)), (0, 0)))
        for name in ("line_own", "line_lead")
    )
    model.shape_, model.bias_, model.context_, model.context_bias_ = (
        stored[f"line_{name}"].astype(np.float64)
        for name in ("shape", "bias", "context", "context_bias")
    )
    return model
