"""Programs that measure speed on this machine; `python -m benchmarks` runs them all.

Nothing here is a test: a number on one machine at one moment passes or fails nothing.
"""
