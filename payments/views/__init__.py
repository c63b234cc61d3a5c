"""Pages of payments: parse, one call, translate."""
