"""Every write of patients."""
