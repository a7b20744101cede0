//! What the methods over the runtime's interfaces have in common: registration, the parameter `at`,
//! and lists in pages.

use super::{
	json::to_json,
	parameters::{Cursor, Fault, Parameters},
};
use crate::client::FullClient;
use codec::{Decode, Encode};
use jsonrpsee::{core::RegisterMethodError, types::ErrorObjectOwned, RpcModule};
use scale_info::TypeInfo;
use serde_json::{json, Value};
use sp_blockchain::HeaderBackend;
use vouchsafe_runtime::Hash;

/// Adds a method that has these parameters. It may take long, so it runs on a thread for such work.
pub fn register(
	module: &mut RpcModule<FullClient>,
	name: &'static str,
	parameters: &'static [&'static str],
	answer: impl Fn(&mut Call) -> Result<Value, Fault> + Clone + Send + Sync + 'static,
) -> Result<(), RegisterMethodError> {
	module.register_blocking_method(name, move |given, client, _| {
		let parameters = Parameters::new(&given, parameters)?;
		answer(&mut Call { client: &client, parameters }).map_err(ErrorObjectOwned::from)
	})?;
	Ok(())
}

/// A call of a method.
pub struct Call<'a> {
	/// The chain.
	pub client: &'a FullClient,
	parameters: Parameters,
}

impl Call<'_> {
	/// Reads a parameter.
	pub fn take<T: Decode + TypeInfo + 'static>(&mut self, name: &str) -> Result<T, Fault> {
		self.parameters.take(name)
	}

	/// Reads the parameter `at`.
	pub fn block(&mut self) -> Result<Hash, Fault> {
		let at = self.take("at")?;
		self.known(at)
	}

	/// Reads the parameters of a page: its block, the item that it follows, and its limit.
	pub fn page<Item: Encode + Decode>(&mut self) -> Result<(Hash, Option<Item>, u32), Fault> {
		let mut at = self.take("at")?;
		let (after, limit) = Cursor::take(&mut self.parameters, &mut at)?;
		Ok((self.known(at)?, after, limit))
	}

	/// The block, or else the best one.
	fn known(&self, at: Option<Hash>) -> Result<Hash, Fault> {
		let Some(at) = at else { return Ok(self.client.info().best_hash) };
		match self.client.header(at) {
			Ok(Some(_)) => Ok(at),
			Ok(None) => Err(Fault::Parameter(format!("the node does not have the block {at:?}"))),
			Err(error) => Err(Fault::Node(format!("the node cannot read its database: {error}"))),
		}
	}
}

/// A page of a list that the runtime returns in pages, with one more item if there is another page.
pub fn read_page<T: Encode + TypeInfo + 'static, Id: Encode + Decode>(
	mut items: Vec<T>,
	at: Hash,
	limit: u32,
	id: impl Fn(&T) -> Id,
) -> Result<Value, Fault> {
	let is_last = items.len() <= limit as usize;
	items.truncate(limit as usize);
	let last = items.last().filter(|_| !is_last);
	let next = last.map(|last| Cursor { block: at, after: id(last) }.to_hex());
	Ok(json!({ "items": value(&items)?, "next": next }))
}

/// A page of a list that the runtime returns whole.
pub fn page<T: Encode + TypeInfo + 'static>(
	items: Vec<T>,
	at: Hash,
	after: Option<u32>,
	limit: u32,
) -> Result<Value, Fault> {
	let first = after.map_or(0, |after| after.saturating_add(1));
	let end = first.saturating_add(limit);
	let next = ((end as usize) < items.len())
		.then(|| Cursor { block: at, after: end.saturating_sub(1) }.to_hex());
	let items: Vec<T> = items.into_iter().skip(first as usize).take(limit as usize).collect();
	Ok(json!({ "items": value(&items)?, "next": next }))
}

/// An answer in JSON.
pub fn value<T: Encode + TypeInfo + 'static>(answer: &T) -> Result<Value, Fault> {
	to_json(answer).ok_or_else(|| Fault::Node("the answer cannot be written as JSON".into()))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn page_of(items: u32, after: Option<u32>, limit: u32) -> (Value, Option<u32>) {
		let at = Hash::repeat_byte(1);
		let page = page((0..items).collect(), at, after, limit).unwrap();
		let next = page["next"].as_str().map(|next| {
			let bytes = sp_core::bytes::from_hex(next).unwrap();
			let cursor = Cursor::<u32>::decode(&mut &bytes[..]).unwrap();
			assert_eq!(cursor.block, at);
			cursor.after
		});
		(page["items"].clone(), next)
	}

	#[test]
	fn lists_come_in_pages() {
		assert_eq!(page_of(5, None, 2), (json!([0, 1]), Some(1)));
		assert_eq!(page_of(5, Some(1), 2), (json!([2, 3]), Some(3)));
		assert_eq!(page_of(5, Some(3), 2), (json!([4]), None));
		// A full last page has no next one.
		assert_eq!(page_of(4, Some(1), 2), (json!([2, 3]), None));
		assert_eq!(page_of(0, None, 2), (json!([]), None));
		// A cursor that somebody made up.
		assert_eq!(page_of(5, Some(u32::MAX), 2), (json!([]), None));
	}
}
