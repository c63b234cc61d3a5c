"""A whole sale on servers of its own while a seeded saboteur is at work; see `conductor.run`."""
