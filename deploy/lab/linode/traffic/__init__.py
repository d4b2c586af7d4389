"""What NodeBalancers really do: real HAProxies that follow the account."""
