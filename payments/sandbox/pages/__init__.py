"""The pages that a browser sees: Checkout, 3-D Secure and onboarding, as plain HTML forms.

Nothing here needs JavaScript. Each page says that it is a stand-in and which numbers it takes.
"""
