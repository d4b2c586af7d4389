"""A NodeBalancer as values: what Linode says there is, what the inventory wants, and what follows."""
