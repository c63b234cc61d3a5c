"""What makes a sale checkable by anybody: the tree, the seed, the lottery, the log, the record.

Pure functions over bytes and numbers; services call them, and the offline script repeats them.
"""
