"""The resources of API version 1, one module a noun."""
