//! A runtime with this pallet, and test doubles of its neighbours.
