"""Lists as files: those that are made at once, and the long ones that the worker makes."""
