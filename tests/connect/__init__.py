"""What a connector is made of."""
