"""What empowers a Table to sign: its resolution, the REQ, its fiduciary."""
