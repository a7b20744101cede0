//! `vouchsafe represent list`: who represents a patient, in sentences.

use super::words;
use crate::{
	commands::account_json,
	dates::show_moment,
	english::teller,
	labels::LabelTable,
	names::Names,
	output::Output,
	session::{At, Session},
};
use anyhow::Result;
use futures::future::try_join_all;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_agent::representation::{attested, spoken};
use vouchsafe_client::{
	chain::{
		address, AccountId, ChainError, Force, Mandate, Moment, RepresentationView, Representative,
		RepresentativeView, Stage, Suspension, View,
	},
	protocol::{
		proven::registration_lifetime,
		representatives::{basis, lapses, scopes, until},
	},
};

/// Shows who represents a patient.
pub(super) async fn list(session: &Session, at: &At, patient: &AccountId) -> Result<Output> {
	let view = at.representation(patient).await?;
	let lifetime = registration_lifetime(at).await?;
	let said = said(session, at, patient, &view).await?;
	let rows = view.representatives.iter().map(|it| row(session, it, lifetime));
	let json = json!({
		"patient": account_json(session, patient),
		"ward": view.ward,
		"representatives": rows.collect::<Vec<_>>(),
	});
	Ok(Output::new(said.join("\n"), json))
}

/// What a patient is told of who represents it. Nothing if nobody does.
pub(in crate::commands) async fn lines(
	session: &Session,
	at: &At,
	patient: &AccountId,
) -> Result<Vec<String>> {
	let view = at.representation(patient).await?;
	match view.representatives.is_empty() {
		true => Ok(vec![]),
		false => said(session, at, patient, &view).await,
	}
}

async fn said(
	session: &Session,
	at: &At,
	patient: &AccountId,
	view: &RepresentationView,
) -> Result<Vec<String>> {
	let lifetime = registration_lifetime(at).await?;
	let me = session.me.as_ref().map(|me| me.account());
	let accounts = view.representatives.iter().map(|it| &it.representative.account);
	let keys = accounts.map(async |account| {
		Ok::<_, ChainError>((account.clone(), at.recovery(account).await?.key))
	});
	let keys: BTreeMap<_, _> = try_join_all(keys).await?.into_iter().collect();
	let about = About { names: &session.names, patient, me: me.as_ref(), lifetime, keys: &keys };
	Ok(about.lines(view))
}

/// Of which patient it is said, and to whom.
struct About<'a> {
	names: &'a Names,
	patient: &'a AccountId,
	me: Option<&'a AccountId>,
	/// How long registrations and objections wait for an authority.
	lifetime: Moment,
	/// The key that signs for each representative.
	keys: &'a BTreeMap<AccountId, AccountId>,
}

impl About<'_> {
	fn lines(&self, view: &RepresentationView) -> Vec<String> {
		let name = self.names.show(self.patient);
		let mut lines = Vec::new();
		if view.ward {
			lines.push(format!("{name} was enrolled without a key, and has none."));
		}
		if view.representatives.is_empty() {
			lines.push(format!("Nobody represents {name}."));
		}
		let labels = LabelTable::default();
		for representative in &view.representatives {
			lines.push(
				teller(self.names, &labels).representation(&spoken(self.patient, representative)),
			);
			let account = &representative.representative.account;
			let key = self.keys.get(account).filter(|key| *key != account);
			lines.extend(key.map(|key| {
				let who = self.names.show(account);
				format!(
					"  Another key signs for {who} than when the account was enrolled: {}. If you did not expect that, \
					 ask {who}.",
					address(key)
				)
			}));
			lines.extend(self.next(view.ward, representative).map(|next| format!("  {next}")));
		}
		lines
	}

	/// What can be done next.
	fn next(&self, ward: bool, view: &RepresentativeView) -> Option<String> {
		let (name, patient) = (self.names.show(self.patient), self.patient);
		let RepresentativeView { representative, force } = view;
		let who = &representative.account;
		let until = lapses(representative, self.lifetime).map(show_moment).unwrap_or_default();
		let is_appointed = basis(representative).is_none();
		let attest = |what: &str| {
			format!("Until {until}, an authority can {what}: `vouchsafe represent attest {who} --patient {patient}`.")
		};
		Some(match force {
			Force::NotAttested => attest("attest it"),
			Force::Objected => attest("attest it once more"),
			Force::Standby => format!(
				"Two clinicians can activate it: `vouchsafe represent activate {who} --patient {patient}`."
			),
			// Whoever has suspended it can lift that at any time.
			Force::Suspended => {
				let lift = format!(
					"The suspension can be lifted: `vouchsafe represent suspend {who} --patient {patient} --lift`."
				);
				match self.objection(ward, representative) {
					Some(objection) => format!("{lift} {objection}"),
					None => lift,
				}
			},
			Force::InForce if self.me == Some(who) => {
				format!("You act for {name} with `vouchsafe --for {patient}` and a command.")
			},
			Force::InForce | Force::InDoubt if is_appointed => {
				format!("{name} can end it: `vouchsafe represent end {who}`.")
			},
			Force::InForce | Force::Waits { .. } => return self.objection(ward, representative),
			Force::InDoubt | Force::NotForStanding => return None,
		})
	}

	/// That the patient can object, if so.
	fn objection(&self, ward: bool, representative: &Representative) -> Option<String> {
		let may =
			matches!(&representative.mandate, Mandate::ByLaw { stage: Stage::Attested { .. }, .. });
		let (name, who) = (self.names.show(self.patient), &representative.account);
		(may && !ward).then(|| format!("{name} can object: `vouchsafe represent object {who}`."))
	}
}

/// A representative for machines.
fn row(session: &Session, view: &RepresentativeView, lifetime: Moment) -> Value {
	let RepresentativeView { representative, force } = view;
	let force = match force {
		Force::InForce => "in-force",
		Force::Suspended => "suspended",
		Force::NotForStanding => "not-for-standing",
		Force::Standby => "standby",
		Force::InDoubt => "in-doubt",
		Force::NotAttested => "not-attested",
		Force::Objected => "objected",
		Force::Waits { .. } => "waits",
	};
	let mut json = account_json(session, &representative.account);
	json["force"] = json!(force);
	json["scopes"] = json!(words(scopes(representative)));
	json["until"] = json!(until(representative));
	json["basis"] = json!(basis(representative).map(|it| it.word()));
	json["suspended_by"] = match representative.suspension {
		Suspension::None => Value::Null,
		Suspension::ByInstitution => json!("institution"),
		Suspension::ByAuthority => json!("authority"),
	};
	match &representative.mandate {
		Mandate::Appointed { standby, at, .. } => {
			json["standby"] = json!(standby);
			json["appointed"] = json!(at);
		},
		Mandate::ByLaw { stage, .. } => {
			let attested = attested(stage);
			json["authority"] =
				json!(attested.map(|(authority, _)| account_json(session, authority)));
			json["from"] = json!(attested.map(|(_, from)| from));
			json["lapses"] = json!(lapses(representative, lifetime));
		},
	}
	json
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{LegalBasis, Registration, Representative, Scope, Scopes, H256};

	const NOW: u64 = 1_700_000_000;
	const DAY: u64 = 86_400;

	fn account(id: u8) -> AccountId {
		AccountId::new([id; 32])
	}

	fn appointed(standby: bool, force: Force) -> RepresentativeView {
		let (scopes, until) = (Scopes::of(&[Scope::Requests]), None);
		let mandate = Mandate::Appointed { scopes, until, standby, at: NOW };
		let (account, suspension) = (account(4), Suspension::None);
		RepresentativeView {
			representative: Representative { account, mandate, suspension },
			force,
		}
	}

	fn by_law(stage: Stage, force: Force) -> RepresentativeView {
		let registration = Registration {
			basis: LegalBasis::Parent,
			scopes: Scopes::of(&[Scope::Consents]),
			until: None,
			evidence: H256([6; 32]),
		};
		let mandate = Mandate::ByLaw { registration, stage };
		let (account, suspension) = (account(4), Suspension::None);
		RepresentativeView {
			representative: Representative { account, mandate, suspension },
			force,
		}
	}

	fn attested() -> Stage {
		Stage::Attested { authority: account(3), from: NOW }
	}

	fn registered() -> Stage {
		Stage::Registered { at: NOW, first: account(7), second: account(8) }
	}

	fn said(ward: bool, me: Option<u8>, all: &[RepresentativeView]) -> Vec<String> {
		said_with_keys(ward, me, all, &[(4, 4)])
	}

	fn said_with_keys(
		ward: bool,
		me: Option<u8>,
		all: &[RepresentativeView],
		keys: &[(u8, u8)],
	) -> Vec<String> {
		let mut names = Names::default();
		for (id, name) in [(3, "Authority"), (4, "Ada"), (9, "Eva")] {
			names.add_institution(name, account(id));
		}
		let (patient, me) = (account(9), me.map(account));
		let keys = keys.iter().map(|(who, key)| (account(*who), account(*key))).collect();
		let about = About {
			names: &names,
			patient: &patient,
			me: me.as_ref(),
			lifetime: 30 * DAY,
			keys: &keys,
		};
		about.lines(&RepresentationView { ward, representatives: all.to_vec() })
	}

	#[test]
	fn it_is_said_that_nobody_represents_a_patient() {
		assert_eq!(said(false, None, &[]), ["Nobody represents Eva."]);
		let ward = said(true, None, &[]);
		assert_eq!(ward[0], "Eva was enrolled without a key, and has none.");
	}

	#[test]
	fn what_can_be_done_next_is_said() {
		for (view, next) in [
			(
				by_law(registered(), Force::NotAttested),
				Some("Until 2023-12-14 22:13 UTC, an authority can attest it: "),
			),
			(
				by_law(Stage::Objected { at: NOW }, Force::Objected),
				Some("Until 2023-12-14 22:13 UTC, an authority can attest it once more: "),
			),
			(by_law(attested(), Force::InForce), Some("Eva can object: ")),
			(by_law(attested(), Force::Waits { from: NOW }), Some("Eva can object: ")),
			(
				by_law(Stage::AttestedAgain { authority: account(3), from: NOW }, Force::InForce),
				None,
			),
			(by_law(attested(), Force::NotForStanding), None),
			(appointed(false, Force::InForce), Some("Eva can end it: ")),
			(appointed(false, Force::InDoubt), Some("Eva can end it: ")),
			(appointed(true, Force::Standby), Some("Two clinicians can activate it: ")),
			(appointed(false, Force::Suspended), Some("The suspension can be lifted: ")),
		] {
			let lines = said(false, None, std::slice::from_ref(&view));
			assert!(lines[0].contains("Ada") && lines[0].contains("Eva"), "{lines:?}");
			let found = lines.get(1).map(|line| line.trim_start());
			match next {
				Some(next) => assert!(found.unwrap().starts_with(next), "{lines:?}"),
				None => assert_eq!(found, None, "{view:?}"),
			}
			assert!(lines.len() <= 2);
		}
		// It can be lifted when nobody can object any more.
		let suspended = by_law(attested(), Force::Suspended);
		let said_of = |ward| said(ward, None, std::slice::from_ref(&suspended))[1].clone();
		assert!(said_of(false).contains("Eva can object: "));
		assert!(!said_of(true).contains("object"));
		// A ward has no key to object with.
		assert_eq!(said(true, None, &[by_law(attested(), Force::InForce)]).len(), 2);
		let own = said(false, Some(4), &[by_law(attested(), Force::InForce)]);
		assert!(own[1].contains("--for"), "{own:?}");
	}

	#[test]
	fn another_key_of_a_representative_is_said() {
		let all = [appointed(false, Force::InForce)];
		let lines = said_with_keys(false, None, &all, &[(4, 5)]);
		assert!(lines[1].starts_with("  Another key signs for Ada"), "{lines:?}");
		assert!(lines[1].contains(&address(&account(5))), "{lines:?}");
		assert_eq!(lines.len(), 3);
	}
}
