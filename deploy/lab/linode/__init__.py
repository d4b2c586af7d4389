"""Linode for the lab and the tests: its API as a stateful server, its NodeBalancers as real HAProxies."""
