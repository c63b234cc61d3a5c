"""Screenshots of every main page and each phase of a sale: `make pictures`."""
