"""Tables in, the same rows with their roles out. Needs ``roleclass[score]``.

=================  ==============================================================================
`run`              `score_files`: all of it in order; ``roleclass score``
`options`          what a run is asked to do
`scorer`           texts and titles -> the columns that are added
`summary`          what a run has done
`checkpoint`       finished parts, the lock and the rename at the end
`dataset`          `score_dataset`: datasets, pandas and polars
`cluster`          the same on Ray; needs ``roleclass[ray]``
`pieces`           what its workers are given
=================  ==============================================================================

Reading and writing tables is in `roleclass.tables`.
"""

from roleclass.errors import require_extra

require_extra("score", "filelock", "pyarrow")
