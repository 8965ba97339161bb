"""What people type about money and projects."""
