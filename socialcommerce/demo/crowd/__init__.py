"""A real crowd for a real sale: `make demo-sale` and what it is made of."""
