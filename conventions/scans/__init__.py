"""Signed papers that come back scanned: kept whole, split, each page filed by its code."""
