"""Every read of payers, plans and their acceptance."""
