"""The screens of reporting, one module per place."""
