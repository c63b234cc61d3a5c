"""What accounts can do: a module is a noun, a function a verb."""
