"""What may go wrong, made to go wrong: kills, failing calls, hostile files.

``python -m benchmarks faults`` runs the long versions, ``tests/faults`` short ones of the same code.
"""
