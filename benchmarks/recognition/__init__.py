"""The examination in recognising: rendered scores, distorted excerpts, strangers, and peers in the same run.

Run with ``python -m benchmarks.recognition``; ``python -m benchmarks.recognition.render`` only makes the sounds.
"""
