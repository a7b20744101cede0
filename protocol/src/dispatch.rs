//! Errors of calls that no pallet has defined.

use crate::runtime::runtime_types::sp_runtime::DispatchError;

/// The pallet, the name and the meaning of such an error. The meaning is empty if only its name tells.
pub(crate) fn of_no_pallet(error: &DispatchError) -> (String, String, String) {
	let (name, meaning) = match error {
		DispatchError::Other => ("Other", ""),
		DispatchError::CannotLookup => ("CannotLookup", "The account does not exist"),
		DispatchError::BadOrigin => ("BadOrigin", "The account is not one that may make this call"),
		DispatchError::Module(_) => ("Module", ""),
		DispatchError::ConsumerRemaining => ("ConsumerRemaining", ""),
		DispatchError::NoProviders => ("NoProviders", ""),
		DispatchError::TooManyConsumers => ("TooManyConsumers", ""),
		DispatchError::Token(_) => ("Token", ""),
		DispatchError::Arithmetic(_) => ("Arithmetic", ""),
		DispatchError::Transactional(_) => ("Transactional", ""),
		DispatchError::Exhausted => ("Exhausted", "The block was full: try again"),
		DispatchError::Corruption => ("Corruption", ""),
		DispatchError::Unavailable => {
			("Unavailable", "The chain does not have what the call needs now: try again")
		},
		DispatchError::RootNotAllowed => ("RootNotAllowed", ""),
		DispatchError::Trie(_) => ("Trie", ""),
	};
	("System".into(), name.into(), meaning.into())
}
