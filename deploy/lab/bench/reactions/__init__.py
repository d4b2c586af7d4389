"""The two grounds of a reaction: epochs that are made in etcd by the hundred, and a real cluster beside its peers."""
