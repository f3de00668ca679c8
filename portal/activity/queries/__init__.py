"""Every read of the area."""
