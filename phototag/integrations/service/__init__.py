"""A service for other programs: JSON-RPC 2.0 over standard input and output, one object a line.

``methods`` is the table of what can be asked for, ``messages`` the form of what goes to and fro, ``jobs`` the order in
which it is done, ``streams`` the two ends of the connection, ``callers`` whether anybody is still there, and ``service``
puts them together. The page ``docs/serve.md`` follows from the tables.
"""
