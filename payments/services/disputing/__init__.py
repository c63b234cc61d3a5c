"""Disputes: what the bank takes and gives back, and what is said to it (docs/ledger.md)."""
