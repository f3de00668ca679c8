"""Every read of absences."""
