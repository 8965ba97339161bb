"""A Table's own register, read: the file, its columns, the rules each line follows. No database."""
