//! The methods `vouchsafe_*`: the runtime's [`VouchsafeApi`] and [`CareApi`] in JSON.
//!
//! - Parameters come by position or by name, in the forms that the methods return (see `json`).
//! - The last parameter, `at`, is the hash of the block to look at. Without it, the answer is about
//!   the best block.
//! - A list comes in pages `{items, next}`. `next` is `null` on the last page. Otherwise, pass it as
//!   `after`, with the other parameters unchanged, to get the next page. `limit` is the number of
//!   items in a page.
//! - An error says in one sentence which parameter is wrong, and how.

use super::method::{page, read_page, register, value};
use crate::client::FullClient;
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use sp_api::ProvideRuntimeApi;
use std::sync::Arc;
use vouchsafe_runtime::apis::{CareApi, VouchsafeApi};

/// The methods.
pub fn methods(client: Arc<FullClient>) -> Result<RpcModule<FullClient>, RegisterMethodError> {
	let mut module = RpcModule::from_arc(client);

	// Adds one method: it passes its parameters on to a function of the runtime, and returns one
	// value or the pages of a list.
	macro_rules! add {
		($name:literal: one $function:ident($($parameter:ident),*)) => {
			register(&mut module, $name, &[$(stringify!($parameter),)* "at"], |call| {
				let (api, at) = (call.client.runtime_api(), call.block()?);
				value(&api.$function(at, $(call.take(stringify!($parameter))?),*)?)
			})?
		};
		($name:literal: pages $function:ident($($parameter:ident)?) $cursor:expr) => {
			register(
				&mut module,
				$name,
				&[$(stringify!($parameter),)? "after", "limit", "at"],
				|call| {
					let (api, (at, after, limit)) = (call.client.runtime_api(), call.page()?);
					// One more than the page has shows whether there is another page.
					let items = api.$function(
						at,
						$(call.take(stringify!($parameter))?,)?
						after,
						limit.saturating_add(1),
					)?;
					read_page(items, at, limit, $cursor)
				},
			)?
		};
		($name:literal: list $function:ident($($parameter:ident),* $(; $constant:expr)?)) => {
			register(
				&mut module,
				$name,
				&[$(stringify!($parameter),)* "after", "limit", "at"],
				|call| {
					let (api, (at, after, limit)) = (call.client.runtime_api(), call.page()?);
					let items = api
						.$function(at, $(call.take(stringify!($parameter))?,)* $($constant)?)?;
					page(items, at, after, limit)
				},
			)?
		};
	}

	// People and institutions.
	add!("vouchsafe_account": one account(account));
	add!("vouchsafe_institution": one institution(institution));
	add!("vouchsafe_institutions": pages institutions() |(id, ..)| id.clone());
	add!("vouchsafe_affiliations": pages affiliations(practitioner) |(id, _)| id.clone());
	add!("vouchsafe_custodianOf": one custodian_of(account));
	// Which key signs for which account, and how an account gets another one.
	add!("vouchsafe_keyState": one key_state(key));
	add!("vouchsafe_recovery": one recovery(account));
	// Who acts for a patient.
	add!("vouchsafe_representation": one representation(patient));
	// Records and their keys.
	add!("vouchsafe_recordsOf": pages records_of(patient) |(id, _)| *id);
	add!("vouchsafe_record": one record(patient, record));
	add!("vouchsafe_version": one version(patient, record, version));
	add!("vouchsafe_sharingSet": one sharing_set(patient, record, version));
	add!("vouchsafe_holderChoice": one holder_choice(patient));
	// The runtime returns the first ones only; more follow when these are acknowledged.
	add!("vouchsafe_unacknowledged": list unacknowledged(institution; u32::MAX));
	// Consents, requests and openings.
	add!("vouchsafe_consentsOf": pages consents_of(patient) |(to, it)| (to.clone(), it.id));
	add!("vouchsafe_requestsOf": pages requests_of(patient) |(id, _)| *id);
	// At most 256.
	add!("vouchsafe_openings": list openings(patient, reader));
	add!("vouchsafe_decide": one decide(reader, ground, patient, record, action, purpose));
	add!("vouchsafe_decideLog": one decide_log(reader, institution, patient));
	add!("vouchsafe_mayWrite": one may_write(author, institution, patient));
	// The patient's log.
	add!("vouchsafe_auditHead": one audit_head(patient));

	Ok(module)
}
