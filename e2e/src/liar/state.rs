//! Lies about the state. A changed value gets new nodes of the trie, which fit together up to a root,
//! and the same value is changed in every other answer.

use super::{Asked, Lie};
use crate::network::hex_of;
use anyhow::{ensure, Result};
use serde_json::Value;
use sp_crypto_hashing::blake2_256;

/// The answers that contain nodes of the trie.
const PROOFS: [&str; 2] = ["state_getReadProof", "vouchsafe_genesisProof"];

/// Two values of the same length, each of which becomes the other.
#[derive(Debug, Clone)]
pub struct Swap {
	one: String,
	other: String,
}

impl Swap {
	/// Exchanges two byte strings.
	pub fn new(one: &[u8], other: &[u8]) -> Result<Self> {
		ensure!(one.len() == other.len() && !one.is_empty(), "they need the same length");
		let [one, other] = [one, other].map(hex::encode);
		Ok(Self { one, other })
	}

	/// Both become the other, wherever they are in these hex digits.
	fn apply(&self, text: &str) -> String {
		let parts = text.split(&self.one).map(|part| part.replace(&self.other, &self.one));
		parts.collect::<Vec<_>>().join(&self.other)
	}
}

impl Lie for Swap {
	fn change(&self, asked: &Asked, answer: &mut Value) {
		match PROOFS.contains(&asked.method.as_str()) {
			true => change_nodes(answer, |node| self.apply(node)),
			false => each_text(answer, &|text| self.apply(text)),
		}
	}
}

/// Adds nodes to every proof that, followed from their root, are more than anybody can read.
pub fn expand(depth: usize) -> impl Lie {
	move |asked: &Asked, answer: &mut Value| {
		let nodes = nodes_of(answer).filter(|_| PROOFS.contains(&asked.method.as_str()));
		if let Some(nodes) = nodes {
			nodes.extend(expanding(depth).iter().map(|node| hex_of(node).into()));
		}
	}
}

/// A leaf, and branches over it, each of which has the one before as each of its sixteen children.
fn expanding(depth: usize) -> Vec<Vec<u8>> {
	// A leaf with an empty key and a value that is too long to be a part of its parent.
	let mut nodes = vec![[&[0x40, 40 << 2][..], &[7; 40]].concat()];
	for _ in 0..depth {
		let hash = blake2_256(nodes.last().expect("there is a leaf; qed"));
		let child = [&[32 << 2][..], &hash].concat();
		// A branch with an empty key and without a value.
		nodes.push([&[0x80, 0xff, 0xff][..], &child.repeat(16)].concat());
	}
	nodes
}

/// Changes nodes of a proof, and then the hashes by which their parents name them.
fn change_nodes(answer: &mut Value, change: impl Fn(&str) -> String) {
	let Some(proof) = nodes_of(answer) else { return };
	let mut nodes: Vec<String> = proof.iter().filter_map(|it| Some(it.as_str()?.into())).collect();
	let mut named: Vec<String> = nodes.iter().map(|node| hash_of(node)).collect();
	nodes.iter_mut().for_each(|node| *node = change(node));
	loop {
		let now: Vec<String> = nodes.iter().map(|node| hash_of(node)).collect();
		let changed: Vec<_> =
			named.iter().zip(&now).filter(|(before, now)| before != now).collect();
		if changed.is_empty() {
			break;
		}
		for node in &mut nodes {
			for (before, now) in &changed {
				*node = node.replace(before.as_str(), now);
			}
		}
		named = now;
	}
	*proof = nodes.into_iter().map(Value::from).collect();
}

fn nodes_of(answer: &mut Value) -> Option<&mut Vec<Value>> {
	answer.get_mut("proof")?.as_array_mut()
}

fn hash_of(node: &str) -> String {
	hex::encode(blake2_256(&bytes_of(node)))
}

/// The bytes of hex digits after `0x`.
pub(super) fn bytes_of(text: &str) -> Vec<u8> {
	hex::decode(text.trim_start_matches("0x")).unwrap_or_default()
}

fn each_text(value: &mut Value, change: &impl Fn(&str) -> String) {
	match value {
		Value::String(text) => *text = change(text),
		Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
		Value::Object(fields) => fields.values_mut().for_each(|field| each_text(field, change)),
		_ => {},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn asked(method: &str) -> Asked {
		Asked { method: method.into(), params: Value::Null }
	}

	#[test]
	fn both_become_the_other() {
		let swap = Swap::new(b"AB", b"CD").unwrap();
		let mut answer = json!(["0x4142..4344", { "value": "0x41424142" }]);
		swap.change(&asked("state_call"), &mut answer);
		assert_eq!(answer, json!(["0x4344..4142", { "value": "0x43444344" }]));
		assert!(Swap::new(b"A", b"CD").is_err());
	}

	#[test]
	fn changed_nodes_fit_together() {
		let value = b"Hospital A, and more than 32 bytes of it".to_vec();
		let leaf = [b"leaf ", &blake2_256(&value)[..]].concat();
		let root = [b"root ", &blake2_256(&leaf)[..], b"Hospital B"].concat();
		let mut answer = json!({ "proof": [hex_of(root), hex_of(value), hex_of(leaf)] });
		let swap = Swap::new(b"Hospital A", b"Hospital B").unwrap();
		swap.change(&asked(PROOFS[0]), &mut answer);
		let nodes: Vec<_> = answer["proof"]
			.as_array()
			.unwrap()
			.iter()
			.map(|it| bytes_of(it.as_str().unwrap()))
			.collect();
		assert_eq!(&nodes[1][..10], b"Hospital B");
		assert_eq!(nodes[2], [b"leaf ", &blake2_256(&nodes[1])[..]].concat());
		assert_eq!(nodes[0], [b"root ", &blake2_256(&nodes[2])[..], b"Hospital A"].concat());
	}

	#[test]
	fn few_nodes_are_a_very_large_trie() {
		let nodes = expanding(9);
		assert_eq!(nodes.len(), 10);
		assert!(nodes.iter().map(Vec::len).sum::<usize>() < 6_000);
	}
}
