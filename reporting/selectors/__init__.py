"""What the screens of reporting read; nothing here writes."""
