"""How many events one web process takes in: its parts."""
