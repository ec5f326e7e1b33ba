"""``roleclass web``: paste a posting or upload a table, in a browser on this machine.

============  ========================================================================================
`server`      waitress on the loopback interface, with limits on all resources that a client can use
`forms`       the forms that a browser sends
`views`       the pages, a WSGI application, from the templates of ``explain --html``
`tables`      an uploaded table, scored in a temporary folder
============  ========================================================================================

Postings need only the package, tables ``roleclass[web]``.
"""
