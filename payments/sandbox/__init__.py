"""A stand-in for Stripe's API, for development and tests only.

It is a separate server on the loopback interface. The real stripe SDK talks to it over HTTP, so
the code that runs against it is the code that runs against Stripe. It never runs in production.
"""
