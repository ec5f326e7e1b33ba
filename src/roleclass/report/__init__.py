"""The market: what a pile of postings says.

=================  ==============================================================================
`postings`         postings from tables of any format                         (extra: report)
`titles`           titles without seniority; the role that a title promises: ``titles.toml``
`statistics`       shares and their intervals, tiers of frequency
`shares`           roles by batch, time, level, place, and against other labels
`content`          problem areas, concepts, skills and words by role
`report`           all of it in order: ``roleclass report``
`page`             the report as one self-contained HTML page
`chapters, work`   its chapters; `blocks` and `charts` are what they are made of
=================  ==============================================================================
"""
