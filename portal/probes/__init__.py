"""Probes for a monitor: whether the portal could work now, and how much it has to do."""
