"""Every read of services, offerings, step templates and workflows."""
