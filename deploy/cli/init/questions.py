"""What `pgbaton init` asks, each question with what it decides."""

from __future__ import annotations

from pathlib import Path

from deploy.cli.init import reading as ask
from deploy.cli.init.asking import Question

CLUSTER = Question(
    flag="--cluster",
    text="Name of the cluster",
    why="How you will call the PostgreSQL cluster in every command, and its first database.",
    read=ask.name,
    default="shop",
)
HOSTS = Question(
    flag="--hosts",
    text="Application hosts",
    why="Machines that the application runs on, and whose files follow the leader.",
    read=ask.count(1, 100),
    default="2",
)
DATABASES = Question(
    flag="--databases",
    text="Database machines",
    why="PostgreSQL under Patroni. 3: one may be lost and commits still wait for a second machine. 2: while "
    "one is away, the other commits alone.",
    read=ask.count(2, 20),
    default="3",
)
ETCD = Question(
    flag="--etcd",
    text="etcd machines",
    why="They decide who leads. 3 bear the loss of one, 5 of two; 1 is for a try.",
    read=ask.count(1, 7, odd=True),
    default="3",
)
CONTROLS = Question(
    flag="--controls",
    text="Machines for pgbaton itself",
    why="Redis and the webhook on the first, workers and the rest on each. A second one takes over work at once; "
    "with the first one's Redis away, hooks keep their events.",
    read=ask.count(1, 20),
    default="1",
)
BALANCER = Question(
    flag="--balancer",
    text="A NodeBalancer, yes or no",
    why="One address that follows the leader within 17 s, for what cannot follow a file. Linode charges for it.",
    read=ask.yes_or_no,
    default="yes",
)
TTL = Question(
    flag="--ttl",
    text="Seconds until a lost leader is replaced",
    why="Patroni's ttl: about how long writes stop when a machine dies. Below 30, a slow etcd can cost a "
    "failover that nobody needed.",
    read=ask.count(20, 300),
    default="30",
)
REGION = Question(
    flag="--region",
    text="Linode's region",
    why="Where everything is created: `linode-cli regions list`, or https://api.linode.com/v4/regions.",
    read=ask.name,
    default="us-ord",
)
SUBNET = Question(
    flag="--subnet",
    text="Private network",
    why="The VPC's subnet; every machine has a fixed address in it.",
    read=ask.subnet,
    default="10.0.0.0/24",
)
OPERATORS = Question(
    flag="--operators",
    text="Networks that you log in from (none: say so)",
    why="Nobody else reaches SSH. `curl -4 https://ifconfig.me` shows where you are; 203.0.113.7 or 203.0.113.0/24.",
    read=ask.networks,
    default="none",
)
SLACK = Question(
    flag="--slack",
    text="Slack channel's id (none: say so)",
    why="Where incidents are told: C0123456789, in the channel's details. The bot's token is a secret (docs/slack.md).",
    read=ask.channel,
    default="none",
)
ENDPOINTS = Question(
    flag="--endpoints",
    text="etcd's endpoints",
    why="The etcd that Patroni uses, as in patroni.yml (etcd3: hosts): https://10.0.0.11:2379, …",
    read=ask.some_words,
)
SCOPE = Question(
    flag="--scope",
    text="Patroni's scope",
    why="The cluster's name in etcd; `patronictl list` prints it.",
    read=str,
)
NAMESPACE = Question(
    flag="--namespace",
    text="Patroni's namespace",
    why="Where in etcd that name lies; patroni.yml says so where it is another one.",
    read=str,
    default="/service/",
)
MEMBERS = Question(
    flag="--members",
    text="Members",
    why="Each member by Patroni's name for it, and where applications reach it: pg1=10.0.0.21 pg2=10.0.0.22",
    read=ask.some_machines,
)
HOST_MACHINES = Question(
    flag="--host-machines",
    text="Application hosts",
    why="Each with the address that pgbaton reaches it at by SSH: web1=10.0.0.51 web2=10.0.0.52",
    read=ask.some_machines,
)
CONTROL_MACHINES = Question(
    flag="--control-machines",
    text="Machines for pgbaton itself",
    why="Redis and the webhook on the first, workers and the rest on each: control1=10.0.0.5",
    read=ask.some_machines,
)
KNOWN_HOSTS = Question(
    flag="--known-hosts",
    text="File with the machines' SSH host keys (none: say so)",
    why="As `ssh-keyscan ADDRESS…` prints them, compared on the machines themselves. Without it their tables "
    "are written as comments.",
    read=lambda text: None if text == "none" else Path(text),
    default="none",
)
