"""The line-up: its slots, what merchants offer for them, sellers' own drops, who is told."""
