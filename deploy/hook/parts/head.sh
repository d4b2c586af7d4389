#!/bin/sh
# pgbaton-hook: tells the webhook "look now" when Patroni calls back on this database node.
#
#   pgbaton-hook [--config FILE] ACTION ROLE SCOPE   Patroni's callback: spools, starts a deliverer, leaves
#   pgbaton-hook [--config FILE] --flush             delivers once what is spooled (a systemd timer runs it)
#   pgbaton-hook [--config FILE] --status            counts what waits and what was refused; 1 unless all are 0
#   pgbaton-hook [--config FILE] --check             says what would keep it from working; 1 if anything would
#   pgbaton-hook [--config FILE] --ping              posts an event that changes nothing to each webhook, and prints
#                                                    what each answers; 1 unless all say 202
#
# The config holds name=value lines: sender, cluster, member, url (one line each, asked in order), key,
# scheme (v1a: key is an Ed25519 key in PEM; v1: key.inner and key.outer are the pads of an HMAC), and if
# need be spool, cafile and path (where the tools are). It is parsed, never run.
# shellcheck disable=SC2015  # in `A && B || refuse` the refusal is meant for both
set -eu
umask 077
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
IFS='
' # nothing here is ever split at blanks

MAX_FILES=1000 MAX_SECONDS=604800 LIFE=900
config=/etc/pgbaton/hook.conf temporary='' skew=0
