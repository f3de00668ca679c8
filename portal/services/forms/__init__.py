"""Forms of services, offerings, step types and workflows."""
