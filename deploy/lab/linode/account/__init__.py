"""One account at Linode: what there is, and what may be done with each kind of thing."""
