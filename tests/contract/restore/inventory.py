"""The inventory of a whole pgbaton on loopback, with what a plant fills in."""

INVENTORY = """
[redis]
url = "{redis}"
[etcd.main]
endpoints = ["{etcd}"]
[webhook]
urls = ["http://127.0.0.1:{web}"]
[senders.watch]
clusters = ["shop"]
keys = ["{watch}"]
[senders.db1]
clusters = ["shop"]
keys = ["{db1}"]
per_minute = 100000
[clusters.shop]
etcd = "main"
scope = "shop"
[hosts.web1]
address = "127.0.0.1"
port = {ssh}
user = "deploy"
become = "sudo"
host_keys = ["{host_key}"]
[applications.store]
cluster = "shop"
hosts = ["web1"]
services = [{{ name = "{service}", manager = "runit" }}]
[[applications.store.files]]
path = "{file}"
keys = {{ DB_PORT = "{{port}}" }}
"""
