"""Memory above the stores: what is kept where, for how long, how it is found again, and what may be lost.

Logic only: databases, files and index libraries are reached by ports.
"""
