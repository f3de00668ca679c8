"""Every write of payers, plans and their acceptance."""
