//! How a member's custodian is asked for its index of the patients' logs.

use super::{Method, RestCustodian, Transport};
use crate::{
	errors::CustodianError,
	messages::{action, ReadIndex},
	signing::Signer,
	traits::ContentStream,
};

impl<T: Transport> RestCustodian<T> {
	/// Its index, as a file that comes piece by piece. Nothing of it is checked. The signer is an active
	/// institution or authority, or its custodian: [`CustodianError::NoAccess`] if not.
	pub async fn index(
		&self,
		signer: &impl Signer,
	) -> Result<ContentStream<CustodianError>, CustodianError> {
		self.retry(|| async {
			let mut request = self.request(Method::Get, "/v1/index", None);
			request.headers.push(self.signed_header(signer, action::READ_INDEX, &ReadIndex {}));
			let answer = self.transport.send(request).await?;
			Ok(self.accepted_in_time(answer).await?.body)
		})
		.await
	}
}
