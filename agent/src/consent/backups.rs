//! For how many days backups keep what a revocation destroys.

use super::permits_reading;
use crate::{
	label_keys::institutions_meant,
	platform::{Clock, Platform},
	session::Session,
};
use futures::future::{join_all, select, Either};
use std::{pin::pin, time::Duration};
use vouchsafe_protocol::{
	traits::Custodian,
	types::{AccountId, Grantee, Terms},
};

/// How long a custodian may take to say it.
const LIMIT: Duration = Duration::from_secs(3);

/// The institutions whose custodians destroy the patient's own key shares once this permit is revoked, but may
/// have them in backups, and for how many days. A custodian that does not answer at once is left out.
pub async fn kept_in_backups(
	session: &Session<impl Platform>,
	grantee: &Grantee,
	terms: &Terms,
) -> Vec<(AccountId, u16)> {
	if !permits_reading(terms) {
		return vec![];
	}
	let Ok(at) = session.finalized().await else { return vec![] };
	let Ok(institutions) = institutions_meant(session, &at, grantee).await else { return vec![] };
	let days = join_all(institutions.iter().map(|it| days_of(session, it))).await;
	institutions.into_iter().zip(days).filter(|(_, days)| *days > 0).collect()
}

/// For how many days the backups of an institution's custodian are kept; 0 if it did not say.
async fn days_of(session: &Session<impl Platform>, institution: &AccountId) -> u16 {
	let Ok(custodian) = session.custodian(institution) else { return 0 };
	let custodian = custodian.without_retries();
	let (about, late) = (pin!(custodian.about()), pin!(session.clock.sleep(LIMIT)));
	match select(about, late).await {
		Either::Left((Ok(about), _)) => about.backup_days,
		_ => 0,
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::{fixtures::hospital, plain_terms},
		*,
	};
	use vouchsafe_protocol::{errors::CustodianError, types::Effect};

	#[tokio::test]
	async fn the_custodians_of_those_who_were_let_in_say_how_long() {
		let mut session = Session::scripted("//PatientA");
		session.members = vec![hospital()];
		let (permit, deny) = (Effect::Permit, Effect::Deny { binds_break_glass: false });
		let hospital = hospital().account;
		let grantee = Grantee::Institution(hospital.clone());
		let kept = async |session: &Session<_>, grantee: &Grantee, effect| {
			kept_in_backups(session, grantee, &plain_terms(effect)).await
		};
		assert_eq!(kept(&session, &grantee, permit).await, [], "it is away");
		session.custodians.refusal = Some(CustodianError::NoAccess);
		session.custodians.backup_days = 30;
		let all = [(hospital, 30)];
		assert_eq!(kept(&session, &grantee, permit).await, all);
		assert_eq!(kept(&session, &Grantee::Everyone, permit).await, all);
		assert_eq!(kept(&session, &grantee, deny).await, []);
		session.custodians.backup_days = 0;
		assert_eq!(kept(&session, &grantee, permit).await, []);
	}
}
