"""The lab: machines as namespaces, the real parts on them, and the disasters that befall them."""
