"""The doctor's hands: each file asks one kind of place, and gives back what it saw, or why it did not."""
