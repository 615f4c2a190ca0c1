"""What `whiteslip bench` runs: each measurement beside pgbench, in one run on one server."""
