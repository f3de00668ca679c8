"""Every read of appointments and of what is on offer."""
