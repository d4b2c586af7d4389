"""What stands before the API: the journal of all requests, and what goes wrong with them."""
