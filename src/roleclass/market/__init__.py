"""The market: what a pile of postings says.

=================  ==============================================================================
`patterns`         the pattern language, and how many sentences are searched at once
`taxonomy`         the problem areas and their sub-patterns: ``problems.toml``
`sentences`        a posting's sentences, and which of them are duties: ``sections.toml``
`problems`         `roleclass.problems`: the areas that a posting's duties mention
`read`             tables of postings from Parquet, CSV and JSON Lines     (extra: report)
`titles`           titles without seniority; the role that a title promises: ``titles.toml``
`statistics`       shares and their intervals, tiers of frequency
`measure`          what the report says, chapter by chapter
`report`           all of it in order: ``roleclass report``
`page`, `chapters`, `blocks`, `charts`: the report as one self-contained HTML page
=================  ==============================================================================

The modules up to `problems` need nothing but NumPy.
"""
