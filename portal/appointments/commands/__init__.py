"""Every write of appointments: one function for each thing staff can do."""
