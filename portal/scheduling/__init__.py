"""The scheduling kernel: what free time is, known here alone.

`slots` holds what can be said of a slot (taken, held, part of the hours), the only statements that
write one, and the lock under which a doctor's change. `openings` says who offers what, under which
plan and workflow, when, and why a start is none. `times` turns wall times into instants.
"""
