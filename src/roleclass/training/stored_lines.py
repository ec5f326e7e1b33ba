"""placeholder"""

from pathlib import Path
from roleclass.training.line_model import LineModel


def stored_line_model(path: Path) -> LineModel:
    raise NotImplementedError
