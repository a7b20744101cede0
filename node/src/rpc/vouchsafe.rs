//! `vouchsafe_*`: the runtime's [`VouchsafeApi`] as JSON. Each method takes, last, the hash of the
//! block at which it answers; without it, that is the best one.

// One for the block and one for the server come on top of the runtime's own.
#![allow(clippy::too_many_arguments)]

use super::json::to_json;
use crate::client::FullClient;
use codec::Encode;
use jsonrpsee::{
	core::RpcResult,
	proc_macros::rpc,
	types::{error::INTERNAL_ERROR_CODE, ErrorObjectOwned},
};
use scale_info::TypeInfo;
use serde::Deserialize;
use serde_json::Value;
use sp_api::{ApiError, ApiRef, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;
use vouchsafe_primitives::*;
use vouchsafe_runtime::{
	apis::{RuntimeApiImpl, VouchsafeApi},
	opaque::Block,
	Hash,
};

/// [`Ground`], as JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum GroundJson {
	/// A consent.
	Consent {
		/// The institution for which the reader acts.
		institution: Option<AccountId>,
	},
	/// Break-glass.
	#[serde(rename_all = "camelCase")]
	BreakGlass {
		/// The institution for which the reader acts.
		institution: AccountId,
		/// The invocation.
		invocation: u32,
	},
	/// The reader's own records.
	Own,
}

impl From<GroundJson> for Ground {
	fn from(ground: GroundJson) -> Self {
		match ground {
			GroundJson::Consent { institution } => Self::Consent { institution },
			GroundJson::BreakGlass { institution, invocation } => {
				Self::BreakGlass { institution, invocation }
			},
			GroundJson::Own => Self::Own,
		}
	}
}

/// The methods.
#[rpc(server, namespace = "vouchsafe")]
pub trait Vouchsafe {
	/// The account, if it is enrolled.
	#[method(name = "account")]
	fn account(&self, account: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// The institution or authority.
	#[method(name = "institution")]
	fn institution(&self, institution: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// All institutions and authorities.
	#[method(name = "institutions")]
	fn institutions(&self, at: Option<Hash>) -> RpcResult<Value>;

	/// The practitioner's affiliations.
	#[method(name = "affiliations")]
	fn affiliations(&self, practitioner: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// The institution whose custodian signs with this account.
	#[method(name = "custodianOf")]
	fn custodian_of(&self, account: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// The patient's records, by pages.
	#[method(name = "recordsOf")]
	fn records_of(
		&self,
		patient: AccountId,
		after: Option<RecordId>,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Value>;

	/// The record.
	#[method(name = "record")]
	fn record(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Value>;

	/// A version of a record.
	#[method(name = "version")]
	fn version(
		&self,
		record: RecordId,
		version: VersionNumber,
		at: Option<Hash>,
	) -> RpcResult<Value>;

	/// Who holds the shares of a version's key.
	#[method(name = "sharingSet")]
	fn sharing_set(
		&self,
		record: RecordId,
		version: VersionNumber,
		at: Option<Hash>,
	) -> RpcResult<Value>;

	/// Versions that the institution's custodian has not yet acknowledged.
	#[method(name = "unacknowledged")]
	fn unacknowledged(
		&self,
		institution: AccountId,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Value>;

	/// All consents of the patient.
	#[method(name = "consentsOf")]
	fn consents_of(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// The open requests to the patient.
	#[method(name = "requestsOf")]
	fn requests_of(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// What the reader has opened of the patient's lately.
	#[method(name = "openings")]
	fn openings(&self, patient: AccountId, reader: AccountId, at: Option<Hash>)
		-> RpcResult<Value>;

	/// Whether the reader may do this with the record, and why or why not.
	#[method(name = "decide")]
	fn decide(
		&self,
		reader: AccountId,
		ground: GroundJson,
		patient: AccountId,
		record: RecordId,
		action: Action,
		purpose: Purpose,
		at: Option<Hash>,
	) -> RpcResult<Value>;

	/// Whether the reader may read the patient's log.
	#[method(name = "decideLog")]
	fn decide_log(
		&self,
		reader: AccountId,
		institution: Option<AccountId>,
		patient: AccountId,
		at: Option<Hash>,
	) -> RpcResult<Value>;

	/// Which holders the patient has named for future records.
	#[method(name = "holderChoice")]
	fn holder_choice(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value>;

	/// Count and head of the patient's log.
	#[method(name = "auditHead")]
	fn audit_head(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value>;
}

/// Answers the methods.
pub struct Vouchsafe {
	client: Arc<FullClient>,
}

impl Vouchsafe {
	/// Answers from this chain.
	pub fn new(client: Arc<FullClient>) -> Self {
		Self { client }
	}

	/// Asks the runtime and makes JSON of its answer.
	fn ask<T: Encode + TypeInfo + 'static>(
		&self,
		at: Option<Hash>,
		question: impl FnOnce(ApiRef<RuntimeApiImpl<Block, FullClient>>, Hash) -> Result<T, ApiError>,
	) -> RpcResult<Value> {
		let at = at.unwrap_or_else(|| self.client.info().best_hash);
		let answer = question(self.client.runtime_api(), at)
			.map_err(|error| internal(format!("the runtime can't be asked at {at:?}: {error}")))?;
		to_json(&answer).ok_or_else(|| internal("the runtime's answer can't be shown".into()))
	}
}

fn internal(message: String) -> ErrorObjectOwned {
	ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, message, None::<()>)
}

impl VouchsafeServer for Vouchsafe {
	fn account(&self, account: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.account(at, account))
	}

	fn institution(&self, institution: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.institution(at, institution))
	}

	fn institutions(&self, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.institutions(at))
	}

	fn affiliations(&self, practitioner: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.affiliations(at, practitioner))
	}

	fn custodian_of(&self, account: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.custodian_of(at, account))
	}

	fn records_of(
		&self,
		patient: AccountId,
		after: Option<RecordId>,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		self.ask(at, |api, at| api.records_of(at, patient, after, limit))
	}

	fn record(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.record(at, record))
	}

	fn version(
		&self,
		record: RecordId,
		version: VersionNumber,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		self.ask(at, |api, at| api.version(at, record, version))
	}

	fn sharing_set(
		&self,
		record: RecordId,
		version: VersionNumber,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		self.ask(at, |api, at| api.sharing_set(at, record, version))
	}

	fn unacknowledged(
		&self,
		institution: AccountId,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		self.ask(at, |api, at| api.unacknowledged(at, institution, limit))
	}

	fn consents_of(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.consents_of(at, patient))
	}

	fn requests_of(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.requests_of(at, patient))
	}

	fn openings(
		&self,
		patient: AccountId,
		reader: AccountId,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		self.ask(at, |api, at| api.openings(at, patient, reader))
	}

	fn decide(
		&self,
		reader: AccountId,
		ground: GroundJson,
		patient: AccountId,
		record: RecordId,
		action: Action,
		purpose: Purpose,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		let ground = ground.into();
		self.ask(at, |api, at| api.decide(at, reader, ground, patient, record, action, purpose))
	}

	fn decide_log(
		&self,
		reader: AccountId,
		institution: Option<AccountId>,
		patient: AccountId,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		self.ask(at, |api, at| api.decide_log(at, reader, institution, patient))
	}

	fn holder_choice(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.holder_choice(at, patient))
	}

	fn audit_head(&self, patient: AccountId, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.audit_head(at, patient))
	}
}
