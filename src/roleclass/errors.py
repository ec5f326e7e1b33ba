"""Every exception that roleclass raises on purpose.

::

    RoleclassError
    +-- ModelError            the model file is missing, damaged or not a roleclass model
    +-- CorpusError           a corpus is invalid: what, where (file, row, column), what was expected
    +-- ScoringError          files cannot be scored: what, where (file, row, column), what to do
    |   +-- InputError        a table of postings cannot be read: what and where
    +-- MissingExtraError     an optional dependency is not installed (also an ImportError)

A wrong type of argument raises the built-in ``TypeError``, a wrong value ``ValueError``.
"""

from importlib.util import find_spec


class RoleclassError(Exception):
    """Base of all errors raised by roleclass on purpose."""


class ModelError(RoleclassError):
    """A model file is missing, damaged, or not written by roleclass."""


class CorpusError(RoleclassError):
    """A corpus cannot be read or contains invalid rows."""


class ScoringError(RoleclassError):
    """Files or a table cannot be scored, or the scores cannot be written."""


class InputError(ScoringError):
    """A table of postings cannot be read, or its columns cannot be identified."""


class MissingExtraError(RoleclassError, ImportError):
    """An optional dependency is missing; the message names the extra to install."""


def require_extra(extra: str, *modules: str) -> None:
    """Raise `MissingExtraError` unless all `modules` can be imported.

    Parameters
    ----------
    extra : str
        The name of the optional dependency group, such as ``"train"``.
    *modules : str
        Import names that the group provides.

    Raises
    ------
    MissingExtraError
        If a module is not installed; the message says what to install.

    Examples
    --------
    >>> require_extra("train", "numpy")
    >>> require_extra("train", "no_such_module")
    Traceback (most recent call last):
    ...
    roleclass.errors.MissingExtraError: not installed: no_such_module; this part of roleclass needs the
    extra 'train': pip install 'roleclass[train]', or in a checkout pip install '.[train]'
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise MissingExtraError(
            f"not installed: {', '.join(missing)}; this part of roleclass needs the extra "
            f"'{extra}': pip install 'roleclass[{extra}]', or in a checkout pip install '.[{extra}]'"
        )
