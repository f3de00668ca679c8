"""The demo clinics: everyone and everything in them is invented, and made by the commands."""
