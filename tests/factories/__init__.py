"""Made-up rows for tests: a module each app."""
