"""Caches that earn their place: bytes are their budget, versions their keys, and every piece of them is measured.

`records` keeps what was loaded, by `replacement` with the balance that `miniatures` found best, within the budget that
`sizing` allows, and loads beforehand what `foresight` expects. Nothing here is truth: all of it may be lost.
"""
