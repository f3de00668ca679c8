"""What was done and seen: the audit log's screens, who looked at a patient, disclosures."""
