"""Every write of services, offerings, step templates and workflows."""
