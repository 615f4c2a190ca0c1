"""The pages, one module a desk; each has `routes`, the part of the table of pages that is its own."""
