"""Files of postings in, rows with their columns out: the one way in that all commands share.

=================  ==============================================================================
`options`          how a table is to be read
`formats`          told from a file's name or its first bytes; compressed or not
`files`            which files are meant: folders, patterns, pipes, standard input
`reader`           `Reader`: many files, one schema; rows in order, in chunks of bounded size
`rows`             what the readers of single files give
`csvfile`          rows of CSV and TSV, ragged and damaged ones included
`dialect`          their encoding and delimiter
`jsonfile`         rows of JSON documents: arrays, wrappers, columns; `jsonlines`: a row a line
`records`          rows that are objects: the columns that a first pass finds
`arrow`            Parquet, Arrow and Feather
`excel`, `sqlite`  sheets and databases
`pages`            saved web pages, and the ``JobPosting`` in them; `yamlfile`: one posting a file
`layouts`          ``layouts.toml``: names of columns, and layouts known by their keys
`columns`          which columns hold what
`plain`            any Arrow value as a plain one: text, numbers, lists, dicts; strict JSON
`writers`          rows to a file or to standard output
=================  ==============================================================================

Needs ``roleclass[score]`` or ``roleclass[report]``; `formats` alone does not.
"""
