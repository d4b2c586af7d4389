#!/bin/sh
# The real machine's rules are not this one's to change.
echo "nft $*" >>/var/lib/units/log
