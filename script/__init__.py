"""What a person types to set up, try and test the portal; never imported by the portal itself."""
