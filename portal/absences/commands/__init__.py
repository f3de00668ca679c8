"""Every write of absences: recording one with all that follows, the calls, taking it back."""
