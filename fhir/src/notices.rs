//! Notices to the user about an import.

use crate::dates::Ignored;
use std::fmt;

/// Something that the user has to know. Entries are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
	/// The bundle is a page of a search result, and is imported anyway.
	Incomplete {
		/// How many entries are not here.
		missing: Option<u64>,
	},
	/// The server's message about a search or request.
	Outcome {
		/// The entry.
		entry: usize,
		/// What it says.
		text: String,
	},
	/// An entry that the server could not answer.
	Failed {
		/// The entry.
		entry: usize,
		/// The status.
		status: String,
	},
	/// An entry says that a resource was deleted.
	Deleted {
		/// The entry.
		entry: usize,
		/// The resource's address.
		address: String,
	},
	/// An entry changes or asks for a resource that is not here.
	Request {
		/// The entry.
		entry: usize,
		/// The method.
		method: String,
		/// The resource's address.
		address: String,
	},
	/// Entries without a resource.
	WithoutResource {
		/// How many.
		count: usize,
	},
	/// An attachment is not in the bundle.
	Elsewhere {
		/// The entry.
		entry: usize,
		/// The type of its resource.
		kind: String,
		/// The attachment's address.
		address: String,
	},
	/// A date that does not count.
	Date {
		/// The entry; 0 for a file that is not a bundle.
		entry: usize,
		/// The type of its resource.
		kind: String,
		/// The field.
		field: String,
		/// The date.
		date: String,
		/// Why it does not count.
		why: Ignored,
	},
	/// A resource is marked as entered in error at its source.
	EnteredInError {
		/// The entry.
		entry: usize,
		/// The type of its resource.
		kind: String,
	},
	/// An unknown security label.
	Security {
		/// The entry; 0 for the bundle itself.
		entry: usize,
		/// The system.
		system: String,
		/// The code.
		code: String,
	},
	/// A code system that is not known, so that its codes were not checked.
	System {
		/// The system.
		system: String,
		/// How many codes.
		count: usize,
	},
	/// A file that is not FHIR, so that nothing of it was checked.
	NotChecked,
	/// Codes without a code system, which were not checked.
	WithoutSystem {
		/// How many.
		count: usize,
		/// The first one.
		example: String,
	},
	/// Concepts that have only text, which was not checked.
	TextOnly {
		/// How many.
		count: usize,
		/// The first one.
		example: String,
	},
	/// The same resource is in the bundle twice; it is kept once.
	Twice {
		/// The entry.
		entry: usize,
		/// The entry that it repeats.
		of: usize,
	},
	/// Two entries have the same fullUrl; the second gets another.
	SameUrl {
		/// The entry.
		entry: usize,
		/// The URL.
		url: String,
	},
	/// References that lead out of the bundle.
	Outside {
		/// How many.
		count: usize,
	},
}

impl Notice {
	/// A word for its kind, for machines.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Incomplete { .. } => "incomplete",
			Self::Outcome { .. } => "outcome",
			Self::Failed { .. } => "failed",
			Self::Deleted { .. } => "deleted",
			Self::Request { .. } => "request",
			Self::WithoutResource { .. } => "without-resource",
			Self::Elsewhere { .. } => "attachment-elsewhere",
			Self::Date { .. } => "date-ignored",
			Self::EnteredInError { .. } => "entered-in-error",
			Self::Security { .. } => "security-label-unknown",
			Self::System { .. } => "code-system-unknown",
			Self::NotChecked => "not-checked",
			Self::WithoutSystem { .. } => "code-without-system",
			Self::TextOnly { .. } => "text-only",
			Self::Twice { .. } => "twice",
			Self::SameUrl { .. } => "same-url",
			Self::Outside { .. } => "references-outside",
		}
	}

	/// Whether it says that something of the patient's is missing, unlabelled or doubtful. The
	/// others are details.
	pub const fn is_important(&self) -> bool {
		!matches!(
			self,
			Self::WithoutResource { .. }
				| Self::Twice { .. }
				| Self::SameUrl { .. }
				| Self::Outside { .. }
		)
	}
}

impl fmt::Display for Notice {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Incomplete { missing: Some(missing) } => write!(
				f,
				"the bundle is only a part: {missing} of its entries are not here and are not imported"
			),
			Self::Incomplete { missing: None } => {
				write!(f, "the bundle is only one page: the other pages are not imported")
			},
			Self::Outcome { entry, text } => {
				write!(f, "entry {entry} is a message of the server and not a record: {text}")
			},
			Self::Failed { entry, status } => {
				write!(f, "entry {entry} is missing: the server answered {status}")
			},
			Self::Deleted { entry, address } => {
				write!(f, "entry {entry} says that {address} was deleted at its source")
			},
			Self::Request { entry, method, address } => write!(
				f,
				"entry {entry} is a request ({method} {address}) and has no resource to import"
			),
			Self::WithoutResource { count } => write!(f, "entries without a resource: {count}"),
			Self::Elsewhere { entry, kind, address } => write!(
				f,
				"the document of entry {entry} ({kind}) is not in the bundle but at {address}: only \
				 the reference is imported"
			),
			Self::Date { entry, kind, field, date, why } => {
				let why = match why {
					Ignored::Placeholder => "it is a placeholder for an unknown date",
					Ignored::TooFarAhead => "it lies too far ahead",
					Ignored::BeforeBirth => "it lies before the patient's birth",
					Ignored::Before1900 => "it lies before 1900",
					Ignored::Unreadable => "it is not a FHIR date",
				};
				if *entry > 0 {
					write!(f, "entry {entry} ({kind}): ")?;
				}
				write!(f, "{field} {date} is not counted, because {why}")
			},
			Self::EnteredInError { entry, kind } => {
				write!(f, "entry {entry} ({kind}) is marked as entered in error at its source")
			},
			Self::Security { entry, system, code } => {
				match entry {
					0 => write!(f, "the bundle")?,
					entry => write!(f, "entry {entry}")?,
				}
				write!(
					f,
					" has a security label for which there is no word here ({code} of {system}): it is \
					 labelled unclassified-sensitive"
				)
			},
			Self::System { system, count } => write!(
				f,
				"not checked for sensitivity, because the code system is not known here: {system} \
				 ({count} times). Add labels with --label if needed"
			),
			Self::NotChecked => write!(
				f,
				"not checked for sensitivity, because the file is not FHIR. Add labels with --label if \
				 needed"
			),
			Self::WithoutSystem { count, example } => write!(
				f,
				"not checked for sensitivity, because the code has no code system: {example} \
				 ({count} such codes). Add labels with --label if needed"
			),
			Self::TextOnly { count, example } => write!(
				f,
				"not checked for sensitivity, because it has only text: “{example}” ({count} such \
				 texts). Add labels with --label if needed"
			),
			Self::Twice { entry, of } => {
				write!(f, "entry {entry} is the same as entry {of} and is imported once")
			},
			Self::SameUrl { entry, url } => write!(
				f,
				"entry {entry} has the same fullUrl as another one ({url}) and gets one of its own"
			),
			Self::Outside { count } => write!(
				f,
				"references that lead out of the bundle, so that their targets are not imported: \
				 {count}"
			),
		}
	}
}
