"""Thousands of Stripe's events, drawn from a seed: delivered once in order, and in any other way.

`stories` draws who pays how and what becomes of it, `world` plays it on both sides, `post`
delivers, and `books` says what stands here in the end.
"""
