"""What grym needs from the world, as small Protocols; `grym.adapters` fulfils them, tests fulfil them in memory.

`work` is the heart: one transaction holds inbox, state, outputs and effects together, and nothing is visible before
it commits. Reading ports stand beside it and never change anything.
"""
