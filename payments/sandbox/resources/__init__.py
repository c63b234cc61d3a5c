"""One module for each of Stripe's objects: what it looks like and what can be done with it."""
