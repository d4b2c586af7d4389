"""Many clusters that lose their leader at once: the ground, one storm, what it cost, and what that foretells."""
