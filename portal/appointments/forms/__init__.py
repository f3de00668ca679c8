"""Forms of appointments, as the front desk fills them in."""
