"""Formal composition after Iannis Xenakis: laws that write control values, and what they do to a score.

A generator gives one value 0 to 1 a step at control rate, the same for the same seed on every machine. A
`FormalChoice` in a plan says which law writes which property of which roles; `applying.formalised` obeys it.

References
----------
Xenakis 1992, Formalized Music (revised edition), Pendragon Press.
"""
