"""How fast a sale is on this machine, beside its limits and its rivals in the same run.

`python -m benchmarks` and the targets `bench`, `bench-headline` and `bench-growth` of the
Makefile run it; docs/performance.md shows what came of the last full run.
"""
