"""``roleclass web``: paste a posting or give a table, in a browser on this machine.

============  ========================================================================================
`server`      HTTP on the loopback interface, with a bound on everything that a client can spend
`forms`       what a browser sends
`views`       which address shows what; made of the templates of ``explain --html``
`tables`      a table that was sent, scored in a temporary folder
============  ========================================================================================

Postings need nothing more than the package, tables ``roleclass[web]``.
"""
