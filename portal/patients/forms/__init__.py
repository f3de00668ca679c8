"""Forms of a patient."""
