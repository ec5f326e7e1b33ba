"""The market: what a pile of postings says.

=================  ==============================================================================
`patterns`         the pattern language, and how many sentences are searched at once
`taxonomy`         the problem areas and their sub-patterns: ``problems.toml``
`sentences`        a posting's sentences, and which of them are duties: ``sections.toml``
`problems`         `roleclass.problems`: the areas that a posting's duties mention
`read`             tables of postings from Parquet, CSV and JSON Lines     (extra: report)
`titles`           titles without seniority; the role that a title promises: ``titles.toml``
`statistics`       shares and their intervals, tiers of frequency
`shares`           roles by batch, time, level, place, and against other labels
`content`          problem areas, concepts, skills and words by role
`report`           all of it in order: ``roleclass report``
`page`             the report as one self-contained HTML page
`chapters, work`   its chapters; `blocks` and `charts` are what they are made of
=================  ==============================================================================

The modules up to `problems` need nothing but NumPy.
"""
