"""The portfolio: how lines roll from bucket to bucket, and how those opened in one month turn out."""
