"""Every write of signing in: sessions, passwords and the second factor."""
