"""Ablation of formal laws: the same plan and seed with and without, and what measurably differs.

``python -m benchmarks.formal [--seeds 8] [--sound]`` compares scores, or with ``--sound`` what grym hears of them, and
prints a table, a row a concept (at 0.9) and a preset. A measure's change is given in units of its deviation between
pieces without laws, so 1 is as much as another seed makes; what is told is the median over prompts and seeds. Every row
must move at least one measure by `AUDIBLE`, else the program exits 1.
"""
