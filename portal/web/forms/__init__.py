"""Forms: what staff type, checked; and refusals, put beside the field they are about."""
