"""Every read of availability."""
