"""The books beside Stripe's own list, a day at a time: read, match, explain (docs/ledger.md)."""
