"""Predicates of a slot, and the only statements that write one."""
