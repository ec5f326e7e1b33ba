"""The report on a set of postings.

Rows become cases, measures add them up, templates show the results.

=================  ====================================================================================
`source`           postings from tables of any format, streamed                         (extra: report)
`postings`         `Posting`, and how the values of a row become one
`cases`            `Case`: a posting with its role and its lines, run through the model once
`shares`           roles: overall, by batch, time, level, place, career; compared with other labels
`areas`            problem areas by postings and duties; pairs of areas
`outline`          the older list of an AI engineer's work, item by item: ``outline.toml``
`occupations`      titles, the roles that they suggest
`skills`           tools and languages, required or a plus: ``skills.toml``
`language`         words of duties, distinctive concepts of a role
`behind`           the postings and duties behind a figure
`report`           all measures in one pass: ``roleclass report``
`tables`           each table as CSV
`data`             the data files, each read once
`page`             the report as one self-contained HTML page: ``templates/``
`titles`           a title without seniority; its level; the role that it suggests: ``titles.toml``
`places`           the country of a place: ``places.toml``
`statistics`       counts and shares, comparisons and their correction, tiers, ranks
=================  ====================================================================================

A measure has ``add``, which is called with each case, and ``result``, which returns the figures.
"""
