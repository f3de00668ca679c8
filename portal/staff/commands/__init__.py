"""Every write of clinic groups and their staff."""
