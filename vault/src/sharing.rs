//! Splits a document version's secret among holders, so that any `t` of them can restore it and
//! fewer learn nothing: Shamir's sharing over Ristretto's scalars, with Feldman's commitments. With
//! these each holder checks its share, and each reader finds out which holder lies.
//!
//! Share `i` (from 1) is `f(i)` of a random polynomial `f` of degree `t - 1` with `f(0)` the
//! secret; commitment `k` is coefficient `k` times the generator. The commitments show nothing of
//! a random secret. Source: P. Feldman, *A practical scheme for non-interactive verifiable secret
//! sharing*, 1987; Ristretto: RFC 9496.

use blake2::{Blake2b256, Digest};
use codec::{Decode, Encode, Input, Output};
use curve25519_dalek::{
	ristretto::CompressedRistretto, traits::IsIdentity, RistrettoPoint, Scalar,
};
use getrandom::{rand_core::UnwrapErr, SysRng};
use subtle::ConstantTimeEq;
use vsss_rs::{
	DefaultShare, FeldmanVerifierSet, IdentifierPrimeField, Polynomial, ReadableShareSet,
	Share as _, ValueGroup,
};
use zeroize::{Zeroize, Zeroizing};

use crate::{document::DocumentKey, Context, Error};

/// The most holders, and so the highest threshold, of a sharing: the chain's limit.
pub const MAX_HOLDERS: u8 = vouchsafe_primitives::MAX_HOLDERS as u8;

const SHARE_VERSION: u8 = 1;

type Field = IdentifierPrimeField<Scalar>;
type Point = DefaultShare<Field, Field>;
type Commitment = ValueGroup<RistrettoPoint>;

/// The secret of one document version: a non-zero Ristretto scalar, from which all its keys are
/// derived. It is wiped when dropped.
pub struct Secret {
	scalar: Scalar,
	/// The context whose key commitment it was found to fit.
	confirmed_for: Option<Context>,
}

impl Secret {
	/// A fresh secret.
	pub fn random() -> Self {
		loop {
			let bytes = Zeroizing::new(crate::random_bytes::<64>());
			let scalar = Scalar::from_bytes_mod_order_wide(&bytes);
			if scalar != Scalar::ZERO {
				return Self { scalar, confirmed_for: None };
			}
		}
	}

	/// The key of the version's document: HKDF-SHA256 of the scalar's 32 bytes, without salt,
	/// info = `vouchsafe/v1/document-key` and the context's encoding.
	pub fn document_key(&self, context: &Context) -> DocumentKey {
		let key = self.derive(context, "document-key");
		DocumentKey::new(key, self.confirmed_for.as_ref() == Some(context))
	}

	/// What the manifest says of the key, so that nobody is led to a second key under which a
	/// ciphertext opens too (AES-GCM does not commit to its key): derived like it, info =
	/// `vouchsafe/v1/key-commitment`.
	pub fn key_commitment(&self, context: &Context) -> [u8; 32] {
		*self.derive(context, "key-commitment")
	}

	pub(crate) fn derive(&self, context: &Context, purpose: &str) -> Zeroizing<[u8; 32]> {
		context.derive(&Zeroizing::new(self.scalar.to_bytes()), purpose)
	}

	/// Refuses a key commitment that is not this secret's, in constant time.
	pub(crate) fn check_key_commitment(
		&self,
		context: &Context,
		expected: &[u8; 32],
	) -> Result<(), Error> {
		if bool::from(self.key_commitment(context).ct_eq(expected)) {
			Ok(())
		} else {
			Err(Error::WrongKeyCommitment)
		}
	}

	/// Splits the secret so that any `threshold` of `holders` shares give it back. Each call
	/// draws a new polynomial. The dealing is checked before it is returned.
	///
	/// # Errors
	///
	/// [`Error::ImpossibleSharing`] unless 2 ≤ threshold ≤ holders ≤ [`MAX_HOLDERS`].
	pub fn split(&self, threshold: u8, holders: u8) -> Result<Split, Error> {
		if threshold < 2 || threshold > holders || holders > MAX_HOLDERS {
			return Err(Error::ImpossibleSharing { threshold, holders });
		}
		let mut polynomial = Points(<Vec<Point> as Polynomial<Point>>::create(threshold.into()));
		let secret = Zeroizing::new(self.scalar);
		polynomial
			.0
			.fill(&IdentifierPrimeField(*secret), UnwrapErr(SysRng), threshold.into())
			.map_err(|_| Error::InconsistentShares)?;
		let split = polynomial.deal(threshold, holders);
		check_dealing(&split.shares, &split.commitments)?;
		Ok(split)
	}
}

impl Drop for Secret {
	fn drop(&mut self) {
		self.scalar.zeroize();
	}
}

impl core::fmt::Debug for Secret {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("Secret(..)")
	}
}

/// A polynomial or points on it, wiped when dropped.
struct Points(Vec<Point>);

impl Points {
	/// As a polynomial: its values at 1 to `holders`, and the commitments to its coefficients.
	/// (The library keeps the constant coefficient in the first point's value, the others in the
	/// points' identifiers.)
	fn deal(&self, threshold: u8, holders: u8) -> Split {
		let coefficient = |(i, point): (usize, &Point)| match i {
			0 => RistrettoPoint::mul_base(&point.value.0),
			_ => RistrettoPoint::mul_base(&point.identifier.0),
		};
		let commitments = self.0.iter().enumerate().map(coefficient);
		let share = |index: u8| {
			let mut value = self.0.evaluate(&field(index), threshold.into());
			let share = Share { index, value: Zeroizing::new(value.0.to_bytes()) };
			value.0.zeroize();
			share
		};
		Split {
			commitments: Commitments(commitments.map(|c| c.compress().to_bytes()).collect()),
			shares: (1..=holders).map(share).collect(),
		}
	}
}

impl Drop for Points {
	fn drop(&mut self) {
		for point in &mut self.0 {
			point.identifier.0.zeroize();
			point.value.0.zeroize();
		}
	}
}

fn field(index: u8) -> Field {
	IdentifierPrimeField(Scalar::from(index))
}

/// A secret, split.
#[derive(Debug)]
pub struct Split {
	/// One share a holder, in the order of their indices 1 … n.
	pub shares: Vec<Share>,
	/// By which each share can be checked.
	pub commitments: Commitments,
}

/// One holder's share. It is wiped when dropped.
///
/// Encoding: 1 (the version) ‖ index (1 byte, not 0) ‖ value (32 bytes, a canonical little-endian
/// scalar).
#[derive(Clone)]
pub struct Share {
	/// Which share it is: 1 … n.
	pub index: u8,
	value: Zeroizing<[u8; 32]>,
}

impl Share {
	/// Checks the share against the commitments whose hash the chain holds: a holder's check
	/// before it acknowledges, a reader's before it combines.
	///
	/// # Errors
	///
	/// [`Error::InconsistentShares`] if it does not lie on the committed polynomial;
	/// [`Error::MalformedCommitments`].
	pub fn verify(&self, commitments: &Commitments) -> Result<(), Error> {
		self.verify_points(&commitments.points()?)
	}

	/// `points`: the generator, then the commitments.
	fn verify_points(&self, points: &Vec<Commitment>) -> Result<(), Error> {
		let share = Points(vec![self.point()?]);
		FeldmanVerifierSet::<Point, Commitment>::verify_share(points, &share.0[0])
			.map_err(|_| Error::InconsistentShares)
	}

	fn point(&self) -> Result<Point, Error> {
		let value = Option::<Scalar>::from(Scalar::from_canonical_bytes(*self.value));
		match value {
			Some(value) if self.index != 0 => {
				Ok(Point::with_identifier_and_value(field(self.index), IdentifierPrimeField(value)))
			},
			_ => Err(Error::MalformedShare),
		}
	}
}

impl Encode for Share {
	fn size_hint(&self) -> usize {
		34
	}

	fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
		dest.write(&[SHARE_VERSION, self.index]);
		dest.write(self.value.as_slice());
	}
}

impl Decode for Share {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		if input.read_byte()? != SHARE_VERSION {
			return Err("unknown version of a share".into());
		}
		let mut share = Self { index: input.read_byte()?, value: Zeroizing::new([0; 32]) };
		input.read(share.value.as_mut_slice())?;
		share.point().map_err(|_| "malformed share")?;
		Ok(share)
	}
}

impl PartialEq for Share {
	/// In constant time.
	fn eq(&self, other: &Self) -> bool {
		(self.index.ct_eq(&other.index) & self.value.ct_eq(&*other.value)).into()
	}
}

impl Eq for Share {}

impl core::fmt::Debug for Share {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.debug_struct("Share").field("index", &self.index).finish_non_exhaustive()
	}
}

/// Feldman's commitments: as many compressed Ristretto points as shares are needed.
///
/// Encoding: SCALE vector of 32-byte arrays, 2 to [`MAX_HOLDERS`] of them. The points themselves
/// are checked when a share is.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct Commitments(pub Vec<[u8; 32]>);

impl Commitments {
	/// What the chain holds of them: BLAKE2b-256 of `vouchsafe/commitments/1` and the encoding.
	pub fn hash(&self) -> [u8; 32] {
		Blake2b256::new()
			.chain_update(b"vouchsafe/commitments/1")
			.chain_update(self.encode())
			.finalize()
			.into()
	}

	/// How many shares are needed.
	pub fn threshold(&self) -> u8 {
		u8::try_from(self.0.len()).unwrap_or(u8::MAX)
	}

	/// The generator and the points. None may be the identity: an honest dealer's never are, and
	/// a highest coefficient of zero would lower the threshold.
	fn points(&self) -> Result<Vec<Commitment>, Error> {
		if !(2..=MAX_HOLDERS).contains(&self.threshold()) {
			return Err(Error::MalformedCommitments);
		}
		let mut points = vec![ValueGroup(curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT)];
		for bytes in &self.0 {
			let point = CompressedRistretto(*bytes).decompress();
			let point = point.filter(|point| !point.is_identity());
			points.push(ValueGroup(point.ok_or(Error::MalformedCommitments)?));
		}
		Ok(points)
	}
}

impl Decode for Commitments {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		let count = codec::Compact::<u32>::decode(input)?.0;
		if !(2..=u32::from(MAX_HOLDERS)).contains(&count) {
			return Err("not 2 to 16 commitments".into());
		}
		(0..count).map(|_| Decode::decode(input)).collect::<Result<_, _>>().map(Self)
	}
}

/// The author's own check of a dealing, before it goes anywhere: the shares bear the indices
/// 1 … n, there are enough of them, and all lie on the committed polynomial.
///
/// # Errors
///
/// [`Error::InconsistentShares`], [`Error::MalformedShare`], [`Error::MalformedCommitments`].
pub fn check_dealing(shares: &[Share], commitments: &Commitments) -> Result<(), Error> {
	let points = commitments.points()?;
	let numbered = shares.iter().map(|share| share.index).eq((1..=MAX_HOLDERS).take(shares.len()));
	if !numbered || shares.len() < commitments.0.len() {
		return Err(Error::InconsistentShares);
	}
	shares.iter().try_for_each(|share| share.verify_points(&points))
}

/// Gives the secret back from the shares that holders released, each with the label by which
/// its holder is to be named. A share that comes twice counts once.
///
/// # Errors
///
/// [`Error::LyingHolder`] names the first holder whose share is not on the committed polynomial:
/// leave it out and combine again. [`Error::TooFewShares`]; [`Error::MalformedCommitments`]; and
/// [`Error::WrongKeyCommitment`] if the secret is not that of the version whose manifest gave
/// `expected_key_commitment`.
pub fn combine(
	shares: &[(String, Share)],
	commitments: &Commitments,
	expected_key_commitment: &[u8; 32],
	context: &Context,
) -> Result<Secret, Error> {
	let points = commitments.points()?;
	let mut good = Points(Vec::with_capacity(shares.len()));
	for (holder, share) in shares {
		if share.verify_points(&points).is_err() {
			return Err(Error::LyingHolder { holder: holder.clone() });
		}
		let identifier = field(share.index);
		if good.0.iter().all(|point| point.identifier != identifier) {
			good.0.push(share.point()?);
		}
	}
	let (have, need) = (u8::try_from(good.0.len()).unwrap_or(u8::MAX), commitments.threshold());
	if have < need {
		return Err(Error::TooFewShares { have, need });
	}
	let scalar = good.0.combine().map_err(|_| Error::InconsistentShares)?.0;
	let secret = Secret { scalar, confirmed_for: Some(*context) };
	secret.check_key_commitment(context, expected_key_commitment)?;
	Ok(secret)
}

#[cfg(test)]
pub(crate) mod tests;
