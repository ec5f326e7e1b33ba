"""Files and tables in, the same rows with their roles out. Needs ``roleclass[score]``.

=================  ==============================================================================
`run`              `score_files`: all of it in order; ``roleclass score``
`options`          what a run is asked to do
`formats`          CSV, TSV, JSON Lines, Parquet: told from a file's name
`rows`             what the readers of single files give
`readers`          one reader for many files: rows in order, in chunks
`csvfile`          rows of CSV and TSV, ragged and undecodable ones included
`jsonlines`        rows of JSON Lines, and the columns that a first pass finds
`columns`          which columns hold the text and the title
`scorer`           texts and titles -> the columns that are added
`summary`          what a run has done
`writers`          rows to a file or to standard output
`checkpoint`       finished parts, the lock and the rename at the end
`dataset`          `score_dataset`: datasets, pandas and polars
`cluster`          the same on Ray Data; needs ``roleclass[ray]``
`pieces`           what its workers are given
=================  ==============================================================================
"""

from roleclass.errors import require_extra

require_extra("score", "filelock", "pyarrow")
