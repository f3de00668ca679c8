"""Every read of exports."""
