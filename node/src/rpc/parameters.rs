//! The parameters of a call, by name or by position, and the cursors of lists.

use super::json::from_json;
use codec::{Decode, DecodeAll, Encode};
use jsonrpsee::types::{
	error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE},
	ErrorObjectOwned, Params,
};
use scale_info::TypeInfo;
use serde_json::{Map, Value};
use sp_core::bytes;
use vouchsafe_runtime::Hash;

/// Why a call has no answer. The text is the message that the caller gets.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
	/// A parameter is wrong.
	Parameter(String),
	/// The node cannot answer.
	Node(String),
}

impl From<sp_api::ApiError> for Fault {
	fn from(error: sp_api::ApiError) -> Self {
		Self::Node(format!("the node cannot read the state of this block: {error}"))
	}
}

impl From<Fault> for ErrorObjectOwned {
	fn from(fault: Fault) -> Self {
		let (code, message) = match fault {
			Fault::Parameter(message) => (INVALID_PARAMS_CODE, message),
			Fault::Node(message) => (INTERNAL_ERROR_CODE, message),
		};
		Self::owned(code, message, None::<()>)
	}
}

/// The parameters of one call that are not read yet.
#[derive(Debug)]
pub struct Parameters(Map<String, Value>);

impl Parameters {
	/// Takes the parameters of a method that has these, in this order.
	pub fn new(given: &Params, names: &[&str]) -> Result<Self, Fault> {
		let takes = || format!("the parameters are: {}", names.join(", "));
		let given: Value = given
			.parse()
			.map_err(|error: ErrorObjectOwned| Fault::Parameter(error.message().into()))?;
		let values = match given {
			Value::Null => Map::new(),
			Value::Array(list) if list.len() > names.len() => {
				return Err(Fault::Parameter(format!("too many parameters; {}", takes())));
			},
			Value::Array(list) => names.iter().map(ToString::to_string).zip(list).collect(),
			Value::Object(values) => values,
			_ => {
				return Err(Fault::Parameter(format!("a list or an object is needed; {}", takes())))
			},
		};
		match values.keys().find(|name| !names.contains(&name.as_str())) {
			Some(name) => Err(Fault::Parameter(format!("unknown parameter {name}; {}", takes()))),
			None => Ok(Self(values)),
		}
	}

	/// Reads a parameter. One that may be `null` may also be left out.
	pub fn take<T: Decode + TypeInfo + 'static>(&mut self, name: &str) -> Result<T, Fault> {
		let value = self.0.remove(name);
		from_json(value.as_ref().unwrap_or(&Value::Null)).map_err(|error| {
			Fault::Parameter(match value {
				Some(_) => format!("parameter {name}: {error}"),
				None => format!("parameter {name} is missing"),
			})
		})
	}
}

/// The most items of a list that one call returns, and how many it returns unless asked for fewer.
pub const MAX_ITEMS: u32 = 200;

/// Where the next page of a list begins: after an item of the list as it is at a block. Callers see
/// it as hex. Because it has the block, all pages of a list show the same state.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cursor<Item> {
	/// The block.
	pub block: Hash,
	/// The last item of the page before, by its position or its key.
	pub after: Item,
}

impl<Item: Encode + Decode> Cursor<Item> {
	/// The cursor as the caller sees it.
	pub fn to_hex(&self) -> String {
		bytes::to_hex(&self.encode(), false)
	}

	/// Reads the parameters `after` and `limit` of a list: where the page begins, and how many
	/// items it may have. `at` becomes the cursor's block.
	pub fn take(
		parameters: &mut Parameters,
		at: &mut Option<Hash>,
	) -> Result<(Option<Item>, u32), Fault> {
		let after: Option<String> = parameters.take("after")?;
		let limit = parameters.take::<Option<u32>>("limit")?.unwrap_or(MAX_ITEMS);
		if !(1..=MAX_ITEMS).contains(&limit) {
			let message = format!("parameter limit: {limit} is not between 1 and {MAX_ITEMS}");
			return Err(Fault::Parameter(message));
		}
		let Some(after) = after else { return Ok((None, limit)) };
		let cursor =
			bytes::from_hex(&after).ok().and_then(|it| Self::decode_all(&mut &it[..]).ok());
		let Some(cursor) = cursor else {
			let message = "parameter after: use the value of next from the page before";
			return Err(Fault::Parameter(message.into()));
		};
		if at.replace(cursor.block).is_some_and(|at| at != cursor.block) {
			let message = "parameter at: leave it out, or use the block of the page before";
			return Err(Fault::Parameter(message.into()));
		}
		Ok((Some(cursor.after), limit))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;
	use vouchsafe_primitives::Action;

	fn parameters(given: Option<Value>) -> Result<Parameters, Fault> {
		let given = given.map(|given| given.to_string());
		Parameters::new(&Params::new(given.as_deref()), &["action", "after", "limit", "at"])
	}

	fn wrong<T>(message: &str) -> Result<T, Fault> {
		Err(Fault::Parameter(message.into()))
	}

	#[test]
	fn parameters_come_by_name_or_by_position() {
		for given in [json!(["read"]), json!({ "action": "read" }), json!(["read", null])] {
			let mut parameters = parameters(Some(given)).unwrap();
			assert_eq!(parameters.take("action"), Ok(Action::Read));
			assert_eq!(parameters.take("at"), Ok(None::<Hash>));
		}
	}

	#[test]
	fn a_wrong_parameter_is_named() {
		let action = |given| parameters(given).unwrap().take::<Action>("action");
		for given in [None, Some(json!([])), Some(json!({}))] {
			assert_eq!(action(given), wrong("parameter action is missing"));
		}
		let message =
			r#"parameter action: "delete" is not one of: read, write, refer, read-log, aggregate"#;
		assert_eq!(action(Some(json!(["delete"]))), wrong(message));
	}

	#[test]
	fn unknown_parameters_are_refused() {
		let fault = |given: Value| parameters(Some(given)).err();
		let list = "the parameters are: action, after, limit, at";
		let expect = |text: &str| Some(Fault::Parameter(format!("{text}; {list}")));
		assert_eq!(fault(json!([1, 2, 3, 4, 5])), expect("too many parameters"));
		assert_eq!(fault(json!({ "actoin": "read" })), expect("unknown parameter actoin"));
		assert_eq!(fault(json!("read")), expect("a list or an object is needed"));
	}

	fn page(given: Value) -> Result<(Option<u32>, u32, Option<Hash>), Fault> {
		let mut parameters = parameters(Some(given))?;
		let mut at = parameters.take("at")?;
		let (after, limit) = Cursor::take(&mut parameters, &mut at)?;
		Ok((after, limit, at))
	}

	#[test]
	fn a_cursor_keeps_item_and_block() {
		let (block, other) = (Hash::repeat_byte(7), Hash::repeat_byte(8));
		let next = Cursor { block, after: 3u32 }.to_hex();
		assert_eq!(page(json!({})), Ok((None, MAX_ITEMS, None)));
		assert_eq!(page(json!({ "at": block })), Ok((None, MAX_ITEMS, Some(block))));
		assert_eq!(page(json!({ "after": next, "limit": 5 })), Ok((Some(3), 5, Some(block))));
		assert_eq!(
			page(json!({ "after": next, "at": block })),
			Ok((Some(3), MAX_ITEMS, Some(block)))
		);
		assert_eq!(
			page(json!({ "after": next, "at": other })),
			wrong("parameter at: leave it out, or use the block of the page before")
		);
		for after in ["", "0x", "next", &next[..next.len() - 2], &format!("{next}00")] {
			assert_eq!(
				page(json!({ "after": after })),
				wrong("parameter after: use the value of next from the page before")
			);
		}
	}

	#[test]
	fn a_page_has_limits() {
		for limit in [1, MAX_ITEMS] {
			assert_eq!(page(json!({ "limit": limit })), Ok((None, limit, None)));
		}
		for limit in [0, MAX_ITEMS + 1] {
			let message = format!("parameter limit: {limit} is not between 1 and 200");
			assert_eq!(page(json!({ "limit": limit })), wrong(&message));
		}
	}
}
