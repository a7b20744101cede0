#!/bin/sh
# Starts Kubo in the image for tests as Kubo's own image does: it makes a repository if there is none, with an
# RPC that other containers reach, installs the swarm's key, runs what is in /container-init.d, and starts ipfs.
set -eu

if [ ! -e "$IPFS_PATH/config" ]; then
	ipfs init
	ipfs config Addresses.API /ip4/0.0.0.0/tcp/5001
	ipfs config Addresses.Gateway /ip4/0.0.0.0/tcp/8080
	install -m 0400 "$IPFS_SWARM_KEY_FILE" "$IPFS_PATH/swarm.key"
fi
for script in /container-init.d/*.sh; do
	"$script"
done
exec ipfs "$@"
