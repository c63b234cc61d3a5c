"""Pages of accounts: parse, one call, translate."""
