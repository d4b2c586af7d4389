"""What every double of the lab is made of: how it listens, what it was asked, and what may go wrong."""
