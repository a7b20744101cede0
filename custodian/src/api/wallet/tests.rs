//! What wallets keep, with a real database and a double of the node.
