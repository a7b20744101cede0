//! The custodians of a study's other aggregators. Their addresses and keys are on the chain.

use super::{Aggregated, StudyError};
use crate::{chain::Node, config::Config};
use std::{
	collections::{BTreeMap, HashMap},
	sync::{Mutex, OnceLock},
};
use vouchsafe_client::{
	chain::{AccountId, ChainError, Institution},
	custodian::{AllowedAddresses, Custodian, CustodianClient, CustodianError},
	messages::{Hex, PeerRequest},
};
use vouchsafe_vault::seal::PublicKey;

/// The connections, which are made once.
#[derive(Default)]
pub struct PeerClients {
	clients: Mutex<HashMap<(String, AccountId), CustodianClient>>,
	/// The addresses that are connected to, once the chain is known.
	allowed: OnceLock<AllowedAddresses>,
}

/// Another aggregator's custodian.
pub struct Peer {
	/// The aggregator.
	pub institution: AccountId,
	/// Its name, for people.
	name: String,
	/// Its place in the study's terms, from 0.
	pub place: u8,
	/// The key to which things are sealed for it.
	pub key: PublicKey,
	client: CustodianClient,
}

impl Peer {
	/// Asks it once.
	pub async fn ask<R: PeerRequest>(
		&self,
		aggregated: &Aggregated,
		request: &R,
	) -> Result<R::Answer, StudyError> {
		let signer = &aggregated.state.keys.account;
		self.client
			.ask_peer(signer, request)
			.await
			.map_err(|error| StudyError::Peer(self.name.clone(), error))
	}

	/// The error for an answer that is not one.
	pub fn nonsense(&self, what: &str) -> StudyError {
		let error = CustodianError::Nonsense(what.into());
		StudyError::Peer(self.name.clone(), error)
	}
}

/// An institution's name, for people.
pub fn name_of(institution: &AccountId, known: Option<&Institution>) -> String {
	let name = known.map(|known| String::from_utf8_lossy(&known.name).into_owned());
	let name: String = name.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
	if name.is_empty() {
		return Hex::from(institution).to_string();
	}
	name
}

/// Whether a page of a peer's answer goes on after the last one, in ascending order, and names only
/// contributors of the round. So a peer's answer can't be longer than the round, and has an end.
pub fn is_next_page(
	known: &BTreeMap<[u8; 32], u32>,
	after: Option<[u8; 32]>,
	page: impl IntoIterator<Item = [u8; 32]>,
) -> bool {
	let mut last = after;
	page.into_iter().all(|contributor| {
		let is_next = Some(contributor) > last && known.contains_key(&contributor);
		last = Some(contributor);
		is_next
	})
}

/// The custodians of the study's other aggregators, in the order of the terms.
pub async fn peers(aggregated: &Aggregated) -> Result<Vec<Peer>, StudyError> {
	let mut peers = Vec::new();
	for (place, institution) in (0u8..).zip(aggregated.study.terms.aggregators.iter()) {
		if *institution == aggregated.institution {
			continue;
		}
		let known = aggregated.block.institution(institution).await?;
		let name = name_of(institution, known.as_ref());
		let custodian = known
			.and_then(|known| known.custodian)
			.ok_or_else(|| StudyError::NoCustodian(name.clone()))?;
		let url = String::from_utf8_lossy(&custodian.url).into_owned();
		let client = client(aggregated, url, institution, &name).await?;
		let key = PublicKey(custodian.key);
		peers.push(Peer { institution: institution.clone(), name, place, key, client });
	}
	Ok(peers)
}

async fn client(
	aggregated: &Aggregated,
	url: String,
	institution: &AccountId,
	name: &str,
) -> Result<CustodianClient, StudyError> {
	let clients = &aggregated.state.studies.peers;
	let cache = || clients.clients.lock().unwrap_or_else(|error| error.into_inner());
	let known = cache().get(&(url.clone(), institution.clone())).cloned();
	if let Some(client) = known {
		return Ok(client);
	}
	let allowed = allowed(aggregated).await?;
	let genesis = aggregated.node.genesis();
	let client = CustodianClient::new(&url, institution.clone(), genesis, &allowed)
		.map_err(|error| StudyError::Peer(name.to_owned(), error))?
		.without_retries();
	cache().insert((url, institution.clone()), client.clone());
	Ok(client)
}

/// The addresses that are connected to: on development and local chains all, elsewhere public ones
/// with TLS and those that the configuration lists.
async fn allowed(aggregated: &Aggregated) -> Result<AllowedAddresses, StudyError> {
	let clients = &aggregated.state.studies.peers;
	if let Some(allowed) = clients.allowed.get() {
		return Ok(allowed.clone());
	}
	let allowed = allowed_on(&aggregated.state.config, &*aggregated.node).await?;
	Ok(clients.allowed.get_or_init(|| allowed).clone())
}

/// The same, for a node's chain.
pub(crate) async fn allowed_on(
	config: &Config,
	node: &dyn Node,
) -> Result<AllowedAddresses, ChainError> {
	Ok(match node.is_local().await? {
		true => AllowedAddresses::all(),
		// The configuration was checked when it was read.
		false => config.research.allowed().unwrap_or(AllowedAddresses::public_and(Vec::new())),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::double::studies::institution;

	#[test]
	fn an_aggregator_is_named_as_the_chain_names_it() {
		let account = AccountId::new([7; 32]);
		let mut known = institution("http://a.example", &account, [0; 32]);
		assert_eq!(name_of(&account, Some(&known)), "Hospital");
		known.name = b"B\x1b[2J".to_vec();
		assert_eq!(name_of(&account, Some(&known)), "B[2J");
		assert_eq!(name_of(&account, None), Hex([7; 32]).to_string());
	}

	#[test]
	fn a_peer_names_each_contributor_of_the_round_once() {
		let (a, b, c) = ([1; 32], [2; 32], [3; 32]);
		let known = BTreeMap::from([(a, 1), (b, 1)]);
		assert!(is_next_page(&known, None, [a, b]));
		assert!(is_next_page(&known, Some(a), [b]));
		assert!(is_next_page(&known, Some(b), []));
		for page in [vec![b, a], vec![a, a], vec![c], vec![a, b, c]] {
			assert!(!is_next_page(&known, None, page.clone()), "{page:?}");
		}
		assert!(!is_next_page(&known, Some(b), [b]));
		assert!(!is_next_page(&known, Some(b), [a]));
	}
}
