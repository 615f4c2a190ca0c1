"""Accounts of the pages: who may sign in, as what, for how long; every sign-in, failure and act is kept."""
