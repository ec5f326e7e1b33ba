"""Score tables: the same rows with their roles. Needs ``roleclass[score]``.

=================  ==============================================================================
`run`              `score_files`; ``roleclass score`` and ``roleclass lines``
`options`          the options of a run
`scorer`           texts and titles -> the added columns
`readings`         columns from the lines of postings
`rows`             the rows of the output
`summary`          the counts of a run
`checkpoint`       finished parts, the lock and the rename at the end
`dataset`          `score_dataset`: datasets, pandas and polars
`cluster`          `score_on_cluster`, on Ray; needs ``roleclass[ray]``
`pieces`           the units of work on a cluster
=================  ==============================================================================

Reading and writing tables is in `roleclass.tables`.
"""

from roleclass.errors import require_extra

require_extra("score", "filelock", "pyarrow")
