"""Every write of availability: rules, exceptions, and the slots that follow."""
