#!/bin/sh
# Makes Kubo a member of the hospitals' private swarm and of nothing else. The image runs this
# before each start. KUBO_PEERS is Kubo's own list of peers to stay connected with, as JSON:
#   [{"ID": "12D3Koo…", "Addrs": ["/dns4/kubo.hospital-b.example/tcp/4001"]}]
set -eu

ipfs config Addresses.Gateway ''
ipfs config --json Addresses.Swarm '["/ip4/0.0.0.0/tcp/4001"]'
ipfs config --json Bootstrap '[]'
ipfs config --json Peering.Peers "${KUBO_PEERS:-[]}"
ipfs config --json AutoConf.Enabled false
ipfs config --json AutoTLS.Enabled false
ipfs config --json Discovery.MDNS.Enabled false
ipfs config --json DNS.Resolvers '{}'
ipfs config --json Ipns.DelegatedPublishers '[]'
ipfs config --json Routing.DelegatedRouters '[]'
ipfs config --json Swarm.DisableNatPortMap true
ipfs config --json Swarm.Transports.Network.Websocket false
ipfs config Routing.Type none
# As Kubo makes it, except that blocks are synced: a power cut must not damage what is pinned.
ipfs config --json Datastore.Spec '{
  "type": "mount",
  "mounts": [
    {
      "mountpoint": "/blocks", "type": "flatfs", "path": "blocks", "prefix": "flatfs.datastore",
      "shardFunc": "/repo/flatfs/shard/v1/next-to-last/2", "sync": true
    },
    {
      "mountpoint": "/", "type": "levelds", "path": "datastore", "prefix": "leveldb.datastore",
      "compression": "none"
    }
  ]
}'
