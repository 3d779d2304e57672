"""Pattern memory as pure functions: what a change must look like, what is allowed, and what follows from it.

One fold serves everybody: both backends when they write, a replay as of any event, and the check of the table. So what
is known of a pattern is the same wherever it is read.
"""
