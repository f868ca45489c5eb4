"""Reading and writing photo metadata: mapping, merge, ledger, regions, atomic replace."""
