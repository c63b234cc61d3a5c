"""A provider of OpenID Connect for tests: pages, tokens signed by RS256, and what goes wrong."""
