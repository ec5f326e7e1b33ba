"""Read and write tables of postings, for all commands.

=================  ==============================================================================
`options`          how to read a table
`formats`          formats by file name or first bytes; compression
`files`            input files: folders, patterns, pipes, standard input
`reader`           `Reader`: many files, one schema; rows in order, in chunks of bounded size
`rows`             `Rows`: the batches that the readers of single files yield
`csvfile`          rows of CSV and TSV, including ragged and damaged ones
`dialect`          their encoding and delimiter
`jsonfile`         rows of JSON documents (arrays, wrappers, columns) and of JSON Lines
`records`          rows that are objects; a first pass finds their columns
`arrow`            Parquet, Arrow and Feather
`excel`, `sqlite`  workbooks and databases
`pages`            saved web pages, and the ``JobPosting`` in them; `yamlfile`: one posting per file
`layouts`          ``layouts.toml``: names of columns, and layouts recognised by their keys
`columns`          the columns with text, title and the rest
`plain`            Arrow values as strings, numbers, lists and dicts; strict JSON
`writers`          rows to a file or to standard output
=================  ==============================================================================

Needs ``roleclass[score]`` or ``roleclass[report]``; `formats` alone does not.
"""
