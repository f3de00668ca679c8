"""A visit's life, its times, how it repeats. Pure: no session, no clock of its own."""
