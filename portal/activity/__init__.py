"""The activity log: entries, who looked at a patient, disclosures."""
