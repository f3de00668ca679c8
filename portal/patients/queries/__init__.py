"""Every read of patients."""
