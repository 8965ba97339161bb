"""Avenants: what is changed of a signed convention, by the same signatures."""
