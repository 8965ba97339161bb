"""The text of a convention: the templates of each cycle, what each convention makes of them."""
