"""Exports that a worker makes: asked for, made some rows at a time, taken away, forgotten."""
