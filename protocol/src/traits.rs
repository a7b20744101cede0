//! The I/O that a client needs: a view of the chain, a way to submit calls, and custodians.
//! Everything here is asynchronous. On native targets the futures are [`Send`]. In a browser they
//! cannot be.

use crate::{
	api::{self, runtime_apis, Query},
	calls::RuntimeCall,
	cid::Cid,
	compatibility::RuntimeMetadata,
	errors::{ChainError, CustodianError},
	events::{self, AppendedEntry, EventRecord, Included},
	messages::{
		About, AskDoubles, AskLabelTags, AskOpenable, AskRelease, AskStudyStatus, CarryShare,
		DeliverEnvelope, DeliverLabelKey, Doubles, EnvelopeReceipt, EvaluateIdentifiers,
		EvaluatedIdentifiers, FetchPatientEnvelope, ListNames, LogLine, LogPage, NullifiersReceipt,
		Openable, PatientEnvelope, ReadLog, Release, ReplaceSynced, ReportReceipt, SealedLabelKey,
		SendNullifiers, SendReport, SetNames, StaffNames, StudyStatus, Synced, WordTags,
		MAX_LOG_LINES,
	},
	proof::FinalBlock,
	signing::Signer,
	storage::{self, Key},
	types::*,
};
use bytes::Bytes;
use codec::{DecodeAll, DecodeLimit};
use futures::Stream;
use std::future::Future;

#[cfg(not(target_family = "wasm"))]
mod outside_wasm {
	/// [`Send`], except in a browser.
	pub trait SendOutsideWasm: Send {}
	impl<T: Send + ?Sized> SendOutsideWasm for T {}

	/// [`Sync`], except in a browser.
	pub trait SyncOutsideWasm: Sync {}
	impl<T: Sync + ?Sized> SyncOutsideWasm for T {}
}

#[cfg(target_family = "wasm")]
mod outside_wasm {
	/// [`Send`], except in a browser.
	pub trait SendOutsideWasm {}
	impl<T: ?Sized> SendOutsideWasm for T {}

	/// [`Sync`], except in a browser.
	pub trait SyncOutsideWasm {}
	impl<T: ?Sized> SyncOutsideWasm for T {}
}

pub use outside_wasm::{SendOutsideWasm, SyncOutsideWasm};

/// How many of a patient's records are read at a time.
const PAGE: u32 = 100;

macro_rules! view {
	($($api:ident {
		$($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty;)*
	})*) => {
		/// The chain as of one block.
		pub trait View: SendOutsideWasm + SyncOutsideWasm {
			/// The block's hash.
			fn hash(&self) -> H256;

			/// The block's number.
			fn number(&self) -> u32;

			/// The runtime of the block's state. It answers [`call`](View::call), and takes the next
			/// block's extrinsics.
			fn runtime(&self) -> &RuntimeMetadata;

			/// The runtime that made the block, and so its state and events. It is another one if the
			/// block has upgraded the runtime.
			fn made_by(&self) -> &RuntimeMetadata;

			/// What a function of the runtime answers to these bytes.
			fn call(&self, function: &str, arguments: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, ChainError>> + SendOutsideWasm;

			/// The bytes at a key of the state.
			fn storage(&self, key: Vec<u8>) -> impl Future<Output = Result<Option<Vec<u8>>, ChainError>> + SendOutsideWasm;

			/// Reads values that are asked for next, in one request if that is possible.
			fn prefetch(&self, _keys: Vec<Vec<u8>>) -> impl Future<Output = Result<(), ChainError>> + SendOutsideWasm {
				async { Ok(()) }
			}

			/// What the runtime answers to a question.
			fn ask<T: DecodeAll>(&self, query: Query<T>) -> impl Future<Output = Result<T, ChainError>> + SendOutsideWasm {
				async move {
					self.runtime().check_function(query.function)?;
					let answer = self.call(query.function, query.arguments.clone()).await?;
					query.decode(&answer)
				}
			}

			/// A value of the state.
			fn read<T: DecodeLimit>(&self, key: Key<T>) -> impl Future<Output = Result<Option<T>, ChainError>> + SendOutsideWasm {
				async move {
					let bytes = self.storage(key.bytes.clone()).await?;
					self.made_by().check_storage(key.pallet, key.name, bytes.as_deref())?;
					bytes.map(|bytes| key.decode(&bytes)).transpose()
				}
			}

			$($($(#[$meta])*
			fn $name(&self, $($argument: $type),*) -> impl Future<Output = Result<$answer, ChainError>> + SendOutsideWasm {
				self.ask(api::$name($($argument),*))
			})*)*

			/// The account's nonce.
			fn nonce(&self, account: &AccountId) -> impl Future<Output = Result<u64, ChainError>> + SendOutsideWasm {
				let query = api::nonce(account);
				async move { Ok(self.ask(query).await?.into()) }
			}

			/// The chain's time, in seconds since 1970.
			fn time(&self) -> impl Future<Output = Result<u64, ChainError>> + SendOutsideWasm {
				async move { Ok(self.read(storage::now()).await?.unwrap_or(0) / 1000) }
			}

			/// What happened in the block.
			fn events(&self) -> impl Future<Output = Result<Vec<EventRecord>, ChainError>> + SendOutsideWasm {
				async move {
					let bytes = self.storage(storage::events()).await?;
					bytes.map_or_else(|| Ok(vec![]), |bytes| self.made_by().events(&bytes))
				}
			}

			/// What the block appended to patients' logs, in its order.
			fn audit_entries(&self) -> impl Future<Output = Result<Vec<AppendedEntry>, ChainError>> + SendOutsideWasm {
				async move {
					// An entry that can't be read must not be left out.
					self.made_by().check_event("Audit", "Appended")?;
					events::appended(self.events().await?)
				}
			}

			/// The consent of this grantee and number, if it is in force.
			fn consent(
				&self,
				patient: &AccountId,
				grantee: &Grantee,
				id: u32,
			) -> impl Future<Output = Result<Option<Consent>, ChainError>> + SendOutsideWasm {
				let key = storage::consents(patient, grantee);
				async move {
					let consents = self.read(key).await?.unwrap_or_default();
					Ok(consents.into_iter().find(|consent| consent.id == id))
				}
			}

			/// All of a patient's records.
			fn all_records_of(&self, patient: &AccountId) -> impl Future<Output = Result<Vec<(H256, Record)>, ChainError>> + SendOutsideWasm {
				let patient = patient.clone();
				async move {
					let mut all: Vec<(H256, Record)> = Vec::new();
					loop {
						let after = all.last().map(|(id, _)| *id);
						let page = self.records_of(&patient, after, PAGE).await?;
						let is_last = page.len() < PAGE as usize;
						all.extend(page);
						if is_last {
							return Ok(all);
						}
					}
				}
			}

			/// All of a patient's consents.
			fn all_consents_of(&self, patient: &AccountId) -> impl Future<Output = Result<Vec<(Grantee, Consent)>, ChainError>> + SendOutsideWasm {
				let patient = patient.clone();
				async move {
					let mut all: Vec<(Grantee, Consent)> = Vec::new();
					loop {
						let after = all.last().map(|(grantee, consent)| (grantee.clone(), consent.id));
						let page = self.consents_of(&patient, after, PAGE).await?;
						let is_last = page.len() < PAGE as usize;
						all.extend(page);
						if is_last {
							return Ok(all);
						}
					}
				}
			}

			/// All requests that a patient has to answer.
			fn all_requests_of(&self, patient: &AccountId) -> impl Future<Output = Result<Vec<(u32, Request)>, ChainError>> + SendOutsideWasm {
				let patient = patient.clone();
				async move {
					let mut all: Vec<(u32, Request)> = Vec::new();
					loop {
						let after = all.last().map(|(id, _)| *id);
						let page = self.requests_of(&patient, after, PAGE).await?;
						let is_last = page.len() < PAGE as usize;
						all.extend(page);
						if is_last {
							return Ok(all);
						}
					}
				}
			}

			/// All of a practitioner's affiliations, past ones too.
			fn all_affiliations(&self, practitioner: &AccountId) -> impl Future<Output = Result<Vec<(AccountId, Affiliation)>, ChainError>> + SendOutsideWasm {
				let practitioner = practitioner.clone();
				async move {
					let mut all: Vec<(AccountId, Affiliation)> = Vec::new();
					loop {
						let after = all.last().map(|(institution, _)| institution.clone());
						let page = self.affiliations(&practitioner, after, PAGE).await?;
						let is_last = page.len() < PAGE as usize;
						all.extend(page);
						if is_last {
							return Ok(all);
						}
					}
				}
			}

			/// All institutions and authorities.
			fn all_institutions(&self) -> impl Future<Output = Result<Vec<(AccountId, AccountKind, Status, Institution)>, ChainError>> + SendOutsideWasm {
				async move {
					let mut all: Vec<(AccountId, AccountKind, Status, Institution)> = Vec::new();
					loop {
						let after = all.last().map(|(id, ..)| id.clone());
						let page = self.institutions(after, PAGE).await?;
						let is_last = page.len() < PAGE as usize;
						all.extend(page);
						if is_last {
							return Ok(all);
						}
					}
				}
			}
		}
	};
}

runtime_apis!(view);

/// A block of which a node is asked. Only proofs are believed.
pub trait Evidence: SendOutsideWasm + SyncOutsideWasm {
	/// The nodes of the state's trie that decide which values these keys have, if they have any.
	fn read_proof(
		&self,
		keys: Vec<Vec<u8>>,
	) -> impl Future<Output = Result<Vec<Vec<u8>>, ChainError>> + SendOutsideWasm;

	/// The first keys that begin with the prefix and come after this one, in ascending order, at most
	/// `limit`. This is a hint: a proof shows whether there are others.
	fn keys_after(
		&self,
		prefix: Vec<u8>,
		after: Option<Vec<u8>>,
		limit: u32,
	) -> impl Future<Output = Result<Vec<Vec<u8>>, ChainError>> + SendOutsideWasm;

	/// What a function of the runtime answers to these bytes. It is not proven.
	fn call(
		&self,
		function: &str,
		arguments: Vec<u8>,
	) -> impl Future<Output = Result<Vec<u8>, ChainError>> + SendOutsideWasm;

	/// The runtime that made the block. It is not proven.
	fn made_by(
		&self,
	) -> impl Future<Output = Result<RuntimeMetadata, ChainError>> + SendOutsideWasm;
}

/// A node's proofs of which blocks are final.
pub trait Finality: SendOutsideWasm + SyncOutsideWasm {
	/// A block of which the node is asked.
	type Block: Evidence;

	/// The encoded header of the genesis block.
	fn genesis_header(&self)
		-> impl Future<Output = Result<Vec<u8>, ChainError>> + SendOutsideWasm;

	/// The last block of each set of validators that has ended after this block, and the newest
	/// final block; and whether there is no more than these.
	fn final_blocks(
		&self,
		after: H256,
	) -> impl Future<Output = Result<(Vec<FinalBlock>, bool), ChainError>> + SendOutsideWasm;

	/// The block of this hash. The node is not asked yet.
	fn block(&self, hash: H256) -> Self::Block;
}

/// A way to the chain: its newest blocks, and calls that are followed until they are final.
pub trait Submit: SendOutsideWasm + SyncOutsideWasm {
	/// The chain at a block.
	type At: View;

	/// Hash of the genesis block: which chain it is.
	fn genesis(&self) -> H256;

	/// The chain as of the last finalised block.
	fn finalized(&self) -> impl Future<Output = Result<Self::At, ChainError>> + SendOutsideWasm;

	/// The same, for what is sealed or permitted. It is an error if the block is so old that keys and
	/// consents may have changed since. A connection that believes its node does not check that.
	fn fresh(&self) -> impl Future<Output = Result<Self::At, ChainError>> + SendOutsideWasm {
		self.finalized()
	}

	/// The chain as of the final block of this number.
	fn at_number(
		&self,
		number: u32,
	) -> impl Future<Output = Result<Self::At, ChainError>> + SendOutsideWasm;

	/// The chain as of the best block.
	fn best(&self) -> impl Future<Output = Result<Self::At, ChainError>> + SendOutsideWasm;

	/// Signs and submits a call, and waits until it is final.
	fn submit(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> impl Future<Output = Result<Included, ChainError>> + SendOutsideWasm;

	/// Signs and submits a revocation, and waits until it is final. It uses the account's own
	/// nonce, so that the quota does not stop it and it replaces a pending call.
	fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> impl Future<Output = Result<Included, ChainError>> + SendOutsideWasm;
}

/// A stream of bytes, as content is sent and received.
#[cfg(not(target_family = "wasm"))]
pub trait Content<E>: Stream<Item = Result<Bytes, E>> + Send {}
#[cfg(not(target_family = "wasm"))]
impl<E, S: Stream<Item = Result<Bytes, E>> + Send> Content<E> for S {}

/// A stream of bytes, as content is sent and received.
#[cfg(target_family = "wasm")]
pub trait Content<E>: Stream<Item = Result<Bytes, E>> {}
#[cfg(target_family = "wasm")]
impl<E, S: Stream<Item = Result<Bytes, E>>> Content<E> for S {}

/// Content of any kind.
#[cfg(not(target_family = "wasm"))]
pub type ContentStream<E> = futures::stream::BoxStream<'static, Result<Bytes, E>>;

/// Content of any kind.
#[cfg(target_family = "wasm")]
pub type ContentStream<E> = futures::stream::LocalBoxStream<'static, Result<Bytes, E>>;

/// This content as one of any kind.
pub fn boxed<E>(content: impl Content<E> + 'static) -> ContentStream<E> {
	Box::pin(content)
}

/// The custodians of a chain's institutions.
pub trait Custodians: SendOutsideWasm + SyncOutsideWasm {
	/// One of them.
	type Custodian: Custodian;

	/// The custodian of this institution at this address.
	fn custodian(
		&self,
		url: &str,
		institution: &AccountId,
	) -> Result<Self::Custodian, CustodianError>;
}

/// A custodian's REST API.
pub trait Custodian: SendOutsideWasm + SyncOutsideWasm {
	/// Content as it comes.
	type Download: Content<CustodianError> + Unpin + 'static;

	/// The same, but a request is made only once.
	fn without_retries(self) -> Self;

	/// Who it is.
	fn about(&self) -> impl Future<Output = Result<About, CustodianError>> + SendOutsideWasm;

	/// Adds content to its IPFS node. `content` makes the stream again for each try.
	fn add_content<S: Content<std::io::Error> + 'static>(
		&self,
		signer: &impl Signer,
		cid: &Cid,
		length: u64,
		content: impl Fn() -> S + SendOutsideWasm + SyncOutsideWasm,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm;

	/// Content of a CID. The stream ends with [`CustodianError::Damaged`] if the bytes were not
	/// the CID's: use nothing of it before the end.
	fn content(
		&self,
		cid: Cid,
	) -> impl Future<Output = Result<Self::Download, CustodianError>> + SendOutsideWasm;

	/// Content of a CID, whole and checked, if it has at most `max` bytes.
	fn content_bytes(
		&self,
		cid: Cid,
		max: usize,
	) -> impl Future<Output = Result<Vec<u8>, CustodianError>> + SendOutsideWasm;

	/// Delivers a version's envelopes. [`CustodianError::NotYet`] as long as the version is not
	/// final for the custodian.
	fn deliver_envelope(
		&self,
		signer: &impl Signer,
		envelope: &DeliverEnvelope,
	) -> impl Future<Output = Result<EnvelopeReceipt, CustodianError>> + SendOutsideWasm;

	/// Asks for shares after an opening that is final.
	fn release(
		&self,
		signer: &impl Signer,
		request: &AskRelease,
	) -> impl Future<Output = Result<Release, CustodianError>> + SendOutsideWasm;

	/// Carries the patient's own share there.
	fn carry_share(
		&self,
		signer: &impl Signer,
		share: &CarryShare,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm;

	/// Fetches the patient's own sealed share.
	fn patient_envelope(
		&self,
		signer: &impl Signer,
		request: &FetchPatientEnvelope,
	) -> impl Future<Output = Result<PatientEnvelope, CustodianError>> + SendOutsideWasm;

	/// Delivers a patient's label key. [`CustodianError::OtherLabelKey`] if the custodian has
	/// another one.
	fn deliver_label_key(
		&self,
		signer: &impl Signer,
		delivery: &DeliverLabelKey,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm;

	/// Fetches the label key of a patient: the signer, or somebody whom the signer represents.
	/// [`CustodianError::NoLabelKey`] if the custodian has none.
	fn label_key(
		&self,
		signer: &impl Signer,
		patient: &AccountId,
	) -> impl Future<Output = Result<SealedLabelKey, CustodianError>> + SendOutsideWasm;

	/// Asks for the tags of a patient's labels. [`CustodianError::NoLabelKey`] if the custodian does
	/// not have the patient's label key.
	fn label_tags(
		&self,
		signer: &impl Signer,
		request: &AskLabelTags,
	) -> impl Future<Output = Result<WordTags, CustodianError>> + SendOutsideWasm;

	/// Reads a page of a patient's log.
	fn log_page(
		&self,
		signer: &impl Signer,
		request: &ReadLog,
	) -> impl Future<Output = Result<LogPage, CustodianError>> + SendOutsideWasm;

	/// Has blinded identifiers evaluated under the aggregator's key of a study.
	/// [`CustodianError::NotFound`] if the custodian does not aggregate the study.
	fn evaluate(
		&self,
		_signer: &impl Signer,
		_request: &EvaluateIdentifiers,
	) -> impl Future<Output = Result<EvaluatedIdentifiers, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Sends a part of a contributor's list of nullifiers to an aggregator.
	fn send_nullifiers(
		&self,
		_signer: &impl Signer,
		_part: &SendNullifiers,
	) -> impl Future<Output = Result<NullifiersReceipt, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Asks an aggregator which of a contributor's nullifiers count elsewhere.
	fn doubles(
		&self,
		_signer: &impl Signer,
		_request: &AskDoubles,
	) -> impl Future<Output = Result<Doubles, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Sends an aggregator its part of a contributor's report.
	fn send_report(
		&self,
		_signer: &impl Signer,
		_report: &SendReport,
	) -> impl Future<Output = Result<ReportReceipt, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Asks an aggregator how far a round and a contributor's report are.
	fn study_status(
		&self,
		_signer: &impl Signer,
		_request: &AskStudyStatus,
	) -> impl Future<Output = Result<StudyStatus, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Asks which of a patient's records the signer, a practitioner or a person, can open now.
	fn openable(
		&self,
		_signer: &impl Signer,
		_request: &AskOpenable,
	) -> impl Future<Output = Result<Openable, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Asks for the names of the institution's practitioners who are in the signer's log or have asked the
	/// signer, a patient.
	fn names(
		&self,
		_signer: &impl Signer,
	) -> impl Future<Output = Result<StaffNames, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Sets names of the institution's practitioners, for one of its registrars.
	fn set_names(
		&self,
		_signer: &impl Signer,
		_names: &SetNames,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Asks for all names of the institution's practitioners, for one of its registrars.
	fn list_names(
		&self,
		_signer: &impl Signer,
		_request: &ListNames,
	) -> impl Future<Output = Result<StaffNames, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Reads the signer's encrypted data.
	fn synced(
		&self,
		_signer: &impl Signer,
	) -> impl Future<Output = Result<Synced, CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Replaces the signer's encrypted data. [`CustodianError::OtherRevision`] if somebody else has
	/// replaced it before.
	fn replace_synced(
		&self,
		_signer: &impl Signer,
		_request: &ReplaceSynced,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm {
		async { Err(CustodianError::NotFound) }
	}

	/// Reads what it has of a patient's log. `count` is the number of lines on the chain: a custodian that
	/// claims to have more is not read to the end.
	fn log(
		&self,
		signer: &impl Signer,
		patient: &AccountId,
		institution: Option<&AccountId>,
		count: u64,
	) -> impl Future<Output = Result<Vec<LogLine>, CustodianError>> + SendOutsideWasm {
		async move {
			let mut lines = Vec::new();
			loop {
				let request = ReadLog {
					patient: patient.into(),
					institution: institution.map(Into::into),
					from: lines.len() as u64,
					limit: MAX_LOG_LINES,
				};
				let page = self.log_page(signer, &request).await?;
				let got = page.lines.len() as u64;
				if got > u64::from(MAX_LOG_LINES) {
					return Err(CustodianError::Nonsense("more lines than were asked for".into()));
				}
				lines.extend(page.lines);
				// Only the last page is not full.
				let is_last = got < u64::from(MAX_LOG_LINES) || lines.len() as u64 >= page.count;
				if is_last || lines.len() as u64 > count {
					return Ok(lines);
				}
			}
		}
	}
}
