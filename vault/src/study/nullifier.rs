//! Nullifiers: how aggregators notice that a person was counted twice, without learning who it is.
//!
//! The input is what identifies the person: an [identifier](Input::identifier), or the
//! [account](Input::account). Every aggregator of the study evaluates it blindly under its own key, with
//! the VOPRF of [RFC 9497](https://www.rfc-editor.org/rfc/rfc9497), suite ristretto255-SHA512, and one
//! proof a batch.
//!
//! ```text
//! evaluation key = DeriveKeyPair(seed (32 bytes), info = vouchsafe/v1/evaluation-key)
//! nullifier      = blake2b-256(vouchsafe/nullifier/1 ‖ 0 ‖ SCALE(genesis, study, round, outputs))
//! place of a contributor for a nullifier
//!                = blake2b-256(vouchsafe/nullifier/1 ‖ 1 ‖ nullifier ‖ contributor)
//! ```
//!
//! `outputs` is the SCALE vector of all aggregators' outputs (64 bytes each), in the order of the study's
//! terms. So somebody who has a list of identifiers can compute a nullifier only with the help of every
//! aggregator. Nullifiers of two rounds cannot be linked.
//!
//! Senders sort the nullifiers. Their order then says nothing about the people.

use blake2::{Blake2b256, Digest};
use codec::{Compact, DecodeAll, Encode};
use rand_core_06::{CryptoRng, RngCore};
use voprf::{
	BlindedElement, EvaluationElement, Group, Proof, Ristretto255, VoprfClient, VoprfServer,
};
use vouchsafe_primitives::{
	study::{StudyRound, STUDY_FORMAT},
	AccountId,
};
use zeroize::Zeroizing;

use crate::Error;

/// The most points that are evaluated at once.
pub const MAX_EVALUATED: usize = 1_000;
/// The most bytes of an input.
pub const MAX_INPUT: usize = 1_024;

const DOMAIN: [u8; 21] = *b"vouchsafe/nullifier/1";
const KEY_INFO: &[u8] = b"vouchsafe/v1/evaluation-key";
const ACCOUNT_SYSTEM: &[u8] = b"account";
/// Bytes of a blind and its point.
const CLIENT: usize = 64;

/// What identifies a person. It is wiped when dropped.
#[derive(Clone)]
pub struct Input(Zeroizing<Vec<u8>>);

impl Input {
	/// From an identifier as in FHIR's search, `system|value`. All contributors have to write both alike:
	/// nothing is trimmed or changed here.
	///
	/// # Errors
	///
	/// [`Error::UnusableIdentifier`] if one of them is empty, if the system has a `|`, or if both are longer
	/// than [`MAX_INPUT`].
	pub fn identifier(system: &str, value: &str) -> Result<Self, Error> {
		let input = Zeroizing::new([system, value].join("|").into_bytes());
		let usable = !system.is_empty() && !system.contains('|') && !value.is_empty();
		if usable && input.len() <= MAX_INPUT {
			Ok(Self(input))
		} else {
			Err(Error::UnusableIdentifier)
		}
	}

	/// From an account, for studies that name no identifier system: `account|` ‖ account (32 bytes). No
	/// identifier gives the same, because FHIR's systems are absolute URIs.
	pub fn account(account: &AccountId) -> Self {
		let account: &[u8] = account.as_ref();
		Self(Zeroizing::new([ACCOUNT_SYSTEM, b"|", account].concat()))
	}
}

impl core::fmt::Debug for Input {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("Input(..)")
	}
}

/// A contributor's inputs, blinded for one batch. The same batch can go to every aggregator. It is wiped
/// when dropped.
///
/// Encoding: 1 (the version) ‖ SCALE vector of (input, blind (32 bytes), blinded point (32 bytes)).
pub struct Blinded {
	inputs: Vec<Zeroizing<Vec<u8>>>,
	clients: Vec<VoprfClient<Ristretto255>>,
}

impl Blinded {
	/// Blinds 1 to [`MAX_EVALUATED`] inputs, each with a blind of its own.
	///
	/// # Errors
	///
	/// [`Error::WrongBatch`] for another number.
	pub fn new(inputs: Vec<Input>) -> Result<Self, Error> {
		Self::with_random(inputs, &mut SystemRandom)
	}

	fn with_random(
		inputs: Vec<Input>,
		random: &mut (impl RngCore + CryptoRng),
	) -> Result<Self, Error> {
		check_batch(inputs.len())?;
		let inputs: Vec<_> = inputs.into_iter().map(|input| input.0).collect();
		let blind = |input: &Zeroizing<Vec<u8>>| {
			VoprfClient::blind(input, random)
				.map(|blinded| blinded.state)
				.map_err(|_| Error::UnusableIdentifier)
		};
		let clients = inputs.iter().map(blind).collect::<Result<_, _>>()?;
		Ok(Self { inputs, clients })
	}

	/// The blinded points, in the order of the inputs. They show nothing of the inputs.
	pub fn points(&self) -> Vec<[u8; 32]> {
		let point = |client| *client_bytes(client).last_chunk().expect("a point ends it; qed");
		self.clients.iter().map(point).collect()
	}

	/// Checks an aggregator's evaluation against the key that it published, and unblinds it: one output for
	/// each input, in their order.
	///
	/// # Errors
	///
	/// [`Error::FalseEvaluation`] if it was made under another key or changed; [`Error::MalformedPoint`];
	/// [`Error::WrongBatch`] for another number of points.
	pub fn finish(&self, evaluation: &Evaluation, key: &[u8; 32]) -> Result<Vec<Output>, Error> {
		if evaluation.points.len() != self.clients.len() {
			let (have, max) = (evaluation.points.len(), self.clients.len());
			return Err(Error::WrongBatch { have, max });
		}
		let key =
			<Ristretto255 as Group>::deserialize_elem(key).map_err(|_| Error::FalseEvaluation)?;
		let proof = Proof::deserialize(&evaluation.proof).map_err(|_| Error::FalseEvaluation)?;
		let points = read_points(&evaluation.points, EvaluationElement::deserialize)?;
		let outputs =
			VoprfClient::batch_finalize(&self.inputs, &self.clients, &points, &proof, key)
				.map_err(|_| Error::FalseEvaluation)?;
		outputs
			.map(|output| output.map(|bytes| Output(Zeroizing::new(bytes.into()))))
			.collect::<Result<_, _>>()
			.map_err(|_| Error::UnusableIdentifier)
	}

	/// The batch's bytes, to be kept only encrypted or in a file that nobody else can read. With them the
	/// same points can be sent again.
	pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		let inputs: usize = self.inputs.iter().map(|input| input.len()).sum();
		let mut bytes =
			Zeroizing::new(Vec::with_capacity(8 + inputs + self.inputs.len() * (4 + CLIENT)));
		bytes.push(STUDY_FORMAT);
		Compact(self.inputs.len() as u32).encode_to(&mut *bytes);
		for (input, client) in self.inputs.iter().zip(&self.clients) {
			input.encode_to(&mut *bytes);
			bytes.extend_from_slice(&*client_bytes(client));
		}
		bytes
	}

	/// The batch of these bytes.
	///
	/// # Errors
	///
	/// [`Error::MalformedBatch`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
		let (version, parts) = <(u8, Vec<(Vec<u8>, [u8; CLIENT])>)>::decode_all(&mut &*bytes)
			.map_err(|_| Error::MalformedBatch)?;
		let (inputs, clients): (Vec<_>, Vec<_>) = parts
			.into_iter()
			.map(|(input, client)| (Zeroizing::new(input), Zeroizing::new(client)))
			.unzip();
		let fits = |input: &Zeroizing<Vec<u8>>| input.len() <= MAX_INPUT;
		if version != STUDY_FORMAT || check_batch(inputs.len()).is_err() || !inputs.iter().all(fits)
		{
			return Err(Error::MalformedBatch);
		}
		let clients = clients.iter().map(|client| VoprfClient::deserialize(&client[..]));
		let clients = clients.collect::<Result<_, _>>().map_err(|_| Error::MalformedBatch)?;
		Ok(Self { inputs, clients })
	}
}

impl core::fmt::Debug for Blinded {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("Blinded(..)")
	}
}

/// What an aggregator answers to a batch of points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
	/// One evaluated point for each point, in their order.
	pub points: Vec<[u8; 32]>,
	/// The proof that all of them were evaluated under the published key.
	pub proof: [u8; 64],
}

/// What an input gives under one aggregator's key. It is wiped when dropped.
#[derive(Clone)]
pub struct Output(Zeroizing<[u8; 64]>);

impl Output {
	/// The output's bytes, to be kept as secret as the input.
	pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
		self.0.clone()
	}
}

impl core::fmt::Debug for Output {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("Output(..)")
	}
}

/// An aggregator's evaluation key for one study. It is wiped when dropped.
#[derive(Clone)]
pub struct EvaluationKey {
	seed: Zeroizing<[u8; 32]>,
	server: VoprfServer<Ristretto255>,
}

impl EvaluationKey {
	/// A fresh key.
	pub fn random() -> Self {
		Self::from_bytes(&Zeroizing::new(crate::random_bytes()))
	}

	/// The key of this seed.
	pub fn from_bytes(seed: &[u8; 32]) -> Self {
		Self::derive(seed, KEY_INFO)
	}

	fn derive(seed: &[u8; 32], info: &[u8]) -> Self {
		let server = VoprfServer::new_from_seed(seed, info);
		let server = server.expect("SHA-512 does not give zero 256 times; qed");
		Self { seed: Zeroizing::new(*seed), server }
	}

	/// The key's seed, to be kept only encrypted.
	pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
		self.seed.clone()
	}

	/// What the aggregator publishes when it accepts the study.
	pub fn public(&self) -> [u8; 32] {
		<Ristretto255 as Group>::serialize_elem(self.server.get_public_key()).into()
	}

	/// Evaluates 1 to [`MAX_EVALUATED`] blinded points, with one proof for all of them.
	///
	/// # Errors
	///
	/// [`Error::WrongBatch`] for another number; [`Error::MalformedPoint`].
	pub fn evaluate(&self, points: &[[u8; 32]]) -> Result<Evaluation, Error> {
		self.evaluate_with_random(points, &mut SystemRandom)
	}

	fn evaluate_with_random(
		&self,
		points: &[[u8; 32]],
		random: &mut (impl RngCore + CryptoRng),
	) -> Result<Evaluation, Error> {
		check_batch(points.len())?;
		let blinded = read_points(points, BlindedElement::deserialize)?;
		let evaluated = self.server.batch_blind_evaluate(random, &blinded);
		let evaluated = evaluated.expect("there are as many results as points; qed");
		Ok(Evaluation {
			points: evaluated.messages.iter().map(|point| point.serialize().into()).collect(),
			proof: evaluated.proof.serialize().into(),
		})
	}
}

impl core::fmt::Debug for EvaluationKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("EvaluationKey(..)")
	}
}

/// The nullifier of a person in a round, from the outputs of **all** the study's aggregators in the order of
/// its terms.
pub fn nullifier(round: &StudyRound, outputs: &[Output]) -> [u8; 32] {
	let outputs: Vec<_> = outputs.iter().map(Output::to_bytes).collect();
	let mut hash = Blake2b256::new_with_prefix((DOMAIN, 0u8, round).encode());
	hash.update(Compact(outputs.len() as u32).encode());
	outputs.iter().for_each(|output| hash.update(&output[..]));
	hash.finalize().into()
}

/// Which of the contributors with this nullifier counts the person: the one whose hash with it is smallest.
/// All aggregators find the same one. `None` if there are no contributors.
pub fn keeper<'a>(
	nullifier: &[u8; 32],
	contributors: impl IntoIterator<Item = &'a AccountId>,
) -> Option<&'a AccountId> {
	let hash = |contributor: &&AccountId| -> [u8; 32] {
		Blake2b256::digest((DOMAIN, 1u8, nullifier, contributor).encode()).into()
	};
	contributors.into_iter().min_by_key(hash)
}

fn check_batch(have: usize) -> Result<(), Error> {
	if (1..=MAX_EVALUATED).contains(&have) {
		Ok(())
	} else {
		Err(Error::WrongBatch { have, max: MAX_EVALUATED })
	}
}

fn read_points<T>(
	points: &[[u8; 32]],
	read: impl Fn(&[u8]) -> voprf::Result<T>,
) -> Result<Vec<T>, Error> {
	let read = |(place, point): (usize, &[u8; 32])| {
		read(point).map_err(|_| Error::MalformedPoint { place })
	};
	points.iter().enumerate().map(read).collect()
}

/// Blind (32 bytes) ‖ blinded point (32 bytes).
fn client_bytes(client: &VoprfClient<Ristretto255>) -> Zeroizing<[u8; CLIENT]> {
	Zeroizing::new(client.serialize().into())
}

/// [`crate::random_bytes`] as `voprf` wants it.
pub(super) struct SystemRandom;

impl RngCore for SystemRandom {
	fn next_u32(&mut self) -> u32 {
		u32::from_le_bytes(crate::random_bytes())
	}

	fn next_u64(&mut self) -> u64 {
		u64::from_le_bytes(crate::random_bytes())
	}

	fn fill_bytes(&mut self, bytes: &mut [u8]) {
		crate::fill_random(bytes);
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core_06::Error> {
		self.fill_bytes(bytes);
		Ok(())
	}
}

impl CryptoRng for SystemRandom {}

#[cfg(test)]
mod tests;
