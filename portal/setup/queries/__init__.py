"""Every read about how far a clinic is set up."""
