//! A member's lost key: the council gives an institution or authority another one.

use crate::{
	platform::Platform,
	recovery::{ensure_free, ensure_valid, RequestFile},
	session::Session,
};
use anyhow::{ensure, Result};
use vouchsafe_protocol::{
	calls::{RecoveryCall, RuntimeCall},
	types::AccountId,
};

/// The call that lets the key of this request sign for a member. The file's signature was checked when it was
/// read.
///
/// # Errors
///
/// The request is another account's or has expired, the account is not a member's, or the key is somebody's.
pub async fn set_key(
	session: &Session<impl Platform>,
	member: &AccountId,
	file: &RequestFile,
) -> Result<RuntimeCall> {
	let name = session.names.show(member);
	ensure!(
		session.member(member).is_some(),
		"{name} is not an institution or authority: guardians, or the institution that enrolled {name}, give it a \
		 new key"
	);
	let request = &file.request;
	let asked = AccountId::from(request.account);
	ensure!(
		asked == *member,
		"the request is for a new key of {}, and not of {name}: have it made again for {name}",
		session.names.show(&asked)
	);
	let at = session.finalized().await?;
	ensure_valid(&at, request).await?;
	let key = AccountId::from(request.key);
	ensure_free(session, &at, &key).await?;
	let (account, encryption_key) = (asked, request.encryption_key.0);
	Ok(RecoveryCall::set_key { account, key, encryption_key }.into())
}
