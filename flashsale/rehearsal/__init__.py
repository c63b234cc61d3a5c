"""The dress rehearsal: tomorrow's sale played today by extras, and a verdict on it."""
