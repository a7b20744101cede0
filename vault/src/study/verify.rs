//! How a study's aggregators verify a report together: each has a share of the table and of the proof,
//! and none learns more than that the proof holds.
//!
//! The messages are Prio3's of [VDAF, draft 18](https://datatracker.ietf.org/doc/draft-irtf-cfrg-vdaf/18/),
//! in a star. Each aggregator computes its verifier share ([`Verifier::init`]) and sends it to the one
//! that leads. That one makes a message of all verifier shares ([`Verifier::message`]) and sends it to the
//! others. Each, the one that leads too, finishes for itself ([`Verifier::finish`]). Whether the proof holds is
//! seen only from all verifier shares, so by the one that leads. The others see whether the randomness of
//! the proof is that of all shares, and believe the leader the rest.
//!
//! Verifying a report again succeeds again. The aggregators must make sure that it counts once.
//!
//! The [`VerifyKey`] is one for all reports of a round. Contributors must not know it: with it they could
//! prove false tables. So the aggregator that leads draws it after the freeze, and seals it to the others
//! for [`Purpose::VerifyKey`]. The associated data is SCALE of the [`StudyRound`] followed by the account of
//! the aggregator that gets it.

use codec::{Decode, Encode};
use prio::{
	codec::ParameterizedDecode as _,
	field::Field128,
	vdaf::{
		prio3::{
			Prio3InputShare, Prio3PublicShare, Prio3VerifierMessage, Prio3VerifierShare,
			Prio3VerifyState,
		},
		Aggregator as _, VerifyTransition,
	},
};
use vouchsafe_primitives::{
	study::{StudyQuestion, StudyRound},
	AccountId,
};
use zeroize::Zeroizing;

use super::{
	aggregate::CellShare,
	report::{encoded, Instance, ReportContext},
};
use crate::{
	seal::{self, PublicKey, Purpose, SecretKey},
	Error,
};

const SEED: usize = 32;
/// A state of an aggregator that does not lead: the seed of its share, and the seed of the joint
/// randomness.
const HELPER_STATE: usize = 2 * SEED;

type PrioState = Prio3VerifyState<Field128, SEED>;

/// Why a report is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, thiserror::Error)]
pub enum Rejected {
	/// The sealed share does not open.
	#[codec(index = 0)]
	#[error("the share was sealed to another aggregator or for another report, or it was changed: make the report again")]
	Sealed,
	/// Bytes that are not what they should be, or are too many or too few.
	#[codec(index = 1)]
	#[error("the report is malformed: update the program that made it, and make the report again")]
	Malformed,
	/// The proof does not hold.
	#[codec(index = 2)]
	#[error("the report's proof does not hold: its cells exceed the bound of its people, or it was made for another round, contributor or number of people")]
	NotProven,
	/// The aggregators do not have shares of one report.
	#[codec(index = 3)]
	#[error("the aggregators did not get shares of the same report: make the report again")]
	Inconsistent,
}

/// The key with which a study's aggregators verify the reports of a round. It is wiped when dropped.
#[derive(Clone)]
pub struct VerifyKey(Zeroizing<[u8; SEED]>);

impl VerifyKey {
	/// A fresh key.
	pub fn random() -> Self {
		Self(Zeroizing::new(crate::random_bytes()))
	}

	/// The key of these bytes, if they are 32.
	pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
		bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
	}

	/// The key's bytes, to be kept only encrypted.
	pub fn to_bytes(&self) -> Zeroizing<[u8; SEED]> {
		self.0.clone()
	}

	/// Seals the key to another aggregator's custodian.
	///
	/// # Errors
	///
	/// [`Error::UnusableKey`], see [`seal::seal`].
	pub fn seal(
		&self,
		to: &PublicKey,
		round: &StudyRound,
		aggregator: &AccountId,
	) -> Result<Vec<u8>, Error> {
		seal::seal(to, Purpose::VerifyKey, &(round, aggregator).encode(), &self.0[..])
	}

	/// Opens the key that was sealed to this aggregator for this round.
	///
	/// # Errors
	///
	/// As for [`seal::open`]; [`Error::MalformedSealed`] if the message is not a key.
	pub fn open(
		key: &SecretKey,
		round: &StudyRound,
		aggregator: &AccountId,
		sealed: &[u8],
	) -> Result<Self, Error> {
		let bytes = seal::open(key, Purpose::VerifyKey, &(round, aggregator).encode(), sealed)?;
		Self::from_bytes(&bytes).ok_or(Error::MalformedSealed)
	}
}

impl core::fmt::Debug for VerifyKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("VerifyKey(..)")
	}
}

/// What an aggregator keeps of a report between [`Verifier::init`] and [`Verifier::finish`]. It is wiped
/// when dropped.
#[derive(Clone)]
pub struct State(Zeroizing<Vec<u8>>);

impl core::fmt::Debug for State {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("State(..)")
	}
}

/// One aggregator's part in verifying one report.
#[derive(Clone)]
pub struct Verifier {
	instance: Instance,
	context: Vec<u8>,
	aggregators: u8,
	place: u8,
}

impl Verifier {
	/// For the aggregator at `place` in the study's terms, from 0. Question and number of aggregators are
	/// the terms', and the context is put together from what the chain says: never from the report alone.
	///
	/// # Errors
	///
	/// [`Error::ImpossibleStudy`].
	pub fn new(
		question: &StudyQuestion,
		aggregators: u8,
		place: u8,
		context: &ReportContext,
	) -> Result<Self, Error> {
		let instance = Instance::of(question, aggregators, context.people)?;
		if place >= aggregators {
			return Err(Error::ImpossibleStudy("it has fewer aggregators"));
		}
		Ok(Self { instance, context: context.vdaf(), aggregators, place })
	}

	/// Begins: what to keep until [`Self::finish`], and the verifier share for the aggregator that leads.
	///
	/// # Errors
	///
	/// [`Rejected::Malformed`] for bytes that are not such shares. [`Rejected::NotProven`] if the proof
	/// cannot be queried, which does not happen by chance.
	pub fn init(
		&self,
		key: &VerifyKey,
		nonce: &[u8; 16],
		public_share: &[u8],
		input_share: &[u8],
	) -> Result<(State, Vec<u8>), Rejected> {
		let prio = &self.instance.prio;
		let place = usize::from(self.place);
		let public = Prio3PublicShare::get_decoded_with_param(prio, public_share)
			.map_err(|_| Rejected::Malformed)?;
		let input = Prio3InputShare::get_decoded_with_param(&(prio, place), input_share)
			.map_err(|_| Rejected::Malformed)?;
		let (state, share) = prio
			.verify_init(&key.0, &self.context, place, &(), nonce, &public, &input)
			.map_err(|_| Rejected::NotProven)?;
		Ok((State(Zeroizing::new(encoded(&state))), encoded(&share)))
	}

	/// Checks the proof with the verifier shares of all aggregators, in the order of the terms. The result
	/// is the message for all of them.
	///
	/// # Errors
	///
	/// [`Rejected::NotProven`] if the proof does not hold; [`Rejected::Malformed`], also for another number
	/// of shares.
	pub fn message(&self, verifier_shares: &[Vec<u8>]) -> Result<Vec<u8>, Rejected> {
		if verifier_shares.len() != usize::from(self.aggregators) {
			return Err(Rejected::Malformed);
		}
		let shape = self.shape()?;
		let shares = verifier_shares
			.iter()
			.map(|share| Prio3VerifierShare::get_decoded_with_param(&shape, share))
			.collect::<Result<Vec<_>, _>>()
			.map_err(|_| Rejected::Malformed)?;
		let message = self.instance.prio.verifier_shares_to_message(&self.context, &(), shares);
		message.map(|message| encoded(&message)).map_err(|_| Rejected::NotProven)
	}

	/// Ends: the aggregator's share of the cells. The report can count only if this succeeds at all
	/// aggregators.
	///
	/// # Errors
	///
	/// [`Rejected::Inconsistent`] if the message is not that of the same report; [`Rejected::Malformed`].
	pub fn finish(&self, state: State, message: &[u8]) -> Result<CellShare, Rejected> {
		let prio = &self.instance.prio;
		let place = usize::from(self.place);
		let state = PrioState::get_decoded_with_param(&(prio, place), &state.0)
			.map_err(|_| Rejected::Malformed)?;
		let message = Prio3VerifierMessage::get_decoded_with_param(&state, message)
			.map_err(|_| Rejected::Malformed)?;
		match prio.verify_next(&self.context, state, message) {
			Ok(VerifyTransition::Finish(share)) => Ok(CellShare::of(share.as_ref())),
			_ => Err(Rejected::Inconsistent),
		}
	}

	/// A state by whose shape prio reads verifier shares. Its contents are not used.
	fn shape(&self) -> Result<PrioState, Rejected> {
		PrioState::get_decoded_with_param(&(&self.instance.prio, 1), &[0; HELPER_STATE])
			.map_err(|_| Rejected::Malformed)
	}
}

#[cfg(test)]
mod tests;
