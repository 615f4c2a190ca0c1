"""What runs beside the server: delivering events."""
