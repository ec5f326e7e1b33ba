"""The report: what a set of postings says.

A report is made in three steps: rows become cases, measures add them up, templates show the sums.

=================  ====================================================================================
`source`           postings from tables of any format, streamed                         (extra: report)
`postings`         `Posting`, and how the values of a row become one
`cases`            `Case`: a posting with its role and its lines, run through the model once
`shares`           roles in all, by batch, time, level, place, and beside other labels
`areas`            problem areas by postings and duties; which go together
`outline`          the older list of an AI engineer's work, item by item: ``outline.toml``
`occupations`      titles, the roles that they promise, the rungs of the career
`skills`           tools and languages, as must and as plus: ``skills.toml``
`language`         words of duties, concepts that set a role apart
`behind`           the postings and duties behind a figure
`report`           all of it in one pass: ``roleclass report``
`tables`           each table as CSV
`data`             the data files, each read once
`page`             the report as one self-contained HTML page: ``templates/``
`titles`           a title without seniority; its level; the role that it promises: ``titles.toml``
`places`           the country of a place: ``places.toml``
`statistics`       counts and shares, comparisons and their correction, tiers, ranks
=================  ====================================================================================

A measure has ``add``, which is called with each case, and ``result``, which returns what it adds up to.
"""
