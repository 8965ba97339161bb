"""The acts of reporting."""
