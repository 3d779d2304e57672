"""How well a style is told by ear: pieces of every style as two renderers play them, fitted on some, judged on others.

``python -m benchmarks.styles hear`` renders and measures pieces (some seconds each; what is there is kept),
``fit`` prints `grym.domain.composing.manner.heard_styles`, ``judge`` prints how well that does: across renderers, on
seeds that were not fitted to, and with each style left out. ``recordings FOLDER...`` tells what is heard in files.
"""
