"""What keeps the repository tidy: checkers over texts and catalogs, each a plain function."""
