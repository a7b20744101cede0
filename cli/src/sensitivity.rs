//! What is sensitive about a resource, found by code lists. The sensitivities are those of FHIR's
//! [information sensitivity policies](https://terminology.hl7.org/ValueSet-v3-InformationSensitivityPolicy.html);
//! a resource that is tagged with one of them in `meta.security` has it whatever its codes say.
//!
//! The lists find what is commonly coded; they are no substitute for an author who looks, and
//! `--label` adds what they don't find.

use serde_json::Value;

/// A sensitivity. Which *bit* stands for it on the chain differs from patient to patient: see
/// [`crate::labels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
	/// HIV.
	Hiv,
	/// Psychiatry and psychotherapy.
	Psychiatry,
	/// Use of alcohol and other substances.
	SubstanceUse,
	/// Sexuality, contraception, pregnancy and its end.
	SexualHealth,
	/// Sexually transmitted disease.
	SexuallyTransmitted,
	/// Genetics.
	Genetics,
	/// Abuse and violence.
	Violence,
}

impl Sensitivity {
	/// Every sensitivity.
	pub const ALL: [Self; 7] = [
		Self::Hiv,
		Self::Psychiatry,
		Self::SubstanceUse,
		Self::SexualHealth,
		Self::SexuallyTransmitted,
		Self::Genetics,
		Self::Violence,
	];

	/// The word for it, on the command line and in sentences.
	pub const fn word(self) -> &'static str {
		match self {
			Self::Hiv => "hiv",
			Self::Psychiatry => "psychiatry",
			Self::SubstanceUse => "substance-use",
			Self::SexualHealth => "sexual-health",
			Self::SexuallyTransmitted => "sexually-transmitted",
			Self::Genetics => "genetics",
			Self::Violence => "violence",
		}
	}

	/// The sensitivity with this word.
	pub fn from_word(word: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|sensitivity| sensitivity.word() == word)
	}

	/// Codes of `http://terminology.hl7.org/CodeSystem/v3-ActCode` that name it.
	const fn act_codes(self) -> &'static [&'static str] {
		match self {
			Self::Hiv => &["HIV"],
			Self::Psychiatry => &["PSY", "PSYTHPN", "MH", "BH"],
			Self::SubstanceUse => &["ETH", "ETHUD", "SUD", "OPIOIDUD", "ALC", "ETHANOLUD"],
			Self::SexualHealth => &["SEX", "PREGNANT"],
			Self::SexuallyTransmitted => &["STD"],
			Self::Genetics => &["GDIS", "SCA"],
			Self::Violence => &["SDV", "VIO", "IPV"],
		}
	}

	/// SNOMED CT concepts.
	const fn snomed(self) -> &'static [&'static str] {
		match self {
			Self::Hiv => {
				&["86406008", "62479008", "91947003", "165816005", "402915006", "31676001"]
			},
			Self::Psychiatry => &[
				"74732009",
				"35489007",
				"36923009",
				"370143000",
				"47505003",
				"58214004",
				"13746004",
				"192127007",
				"406506008",
				"197480006",
				"21897009",
				"69482004",
				"72366004",
				"191736004",
				"17226007",
				"231504006",
				"310497006",
				"171207006",
				"75516001",
				"82313006",
				"6471006",
			],
			Self::SubstanceUse => &[
				"7200002",
				"55680006",
				"6525002",
				"66214007",
				"15167005",
				"191816009",
				"5602001",
				"75544000",
				"361055000",
				"228366006",
				"266707007",
				"56876005",
				"64297001",
			],
			Self::SexualHealth => &[
				"72892002",
				"19169002",
				"35999006",
				"79586000",
				"156073000",
				"85116003",
				"169553002",
				"65200003",
				"46706006",
				"183996000",
				"267020005",
				"68254000",
				"57797005",
				"386394001",
				"287664005",
			],
			Self::SexuallyTransmitted => {
				&["8098009", "15628003", "76272004", "105629000", "240589008", "33839006"]
			},
			Self::Genetics => &[
				"32895009",
				"409709004",
				"190905008",
				"58756001",
				"41040004",
				"417357006",
				"405824009",
				"412734009",
				"412738007",
				"254843006",
			],
			Self::Violence => &["706893006", "397940009", "225826001"],
		}
	}

	/// Beginnings of ICD-10 codes.
	const fn icd10(self) -> &'static [&'static str] {
		match self {
			Self::Hiv => &["B20", "B21", "B22", "B23", "B24", "Z21", "R75"],
			Self::Psychiatry => &["F0", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "X6", "X7"],
			Self::SubstanceUse => &["F1", "T40", "Z71.4", "Z71.5", "K70", "Z72.2"],
			Self::SexualHealth => {
				&["O0", "Z30", "Z31", "Z32", "Z33", "Z34", "Z35", "N97", "N46", "N52", "F52", "F64"]
			},
			Self::SexuallyTransmitted => &[
				"A50", "A51", "A52", "A53", "A54", "A55", "A56", "A57", "A58", "A59", "A60", "A63",
				"A64",
			],
			Self::Genetics => &["Z15", "Z13.7", "Z14", "Q9", "E84", "G10", "D57"],
			Self::Violence => &["T74", "T76", "Z69", "X85", "Y0"],
		}
	}

	/// LOINC codes.
	const fn loinc(self) -> &'static [&'static str] {
		match self {
			Self::Hiv => &[
				"55277-8", "75622-1", "7917-8", "7918-6", "5221-7", "5220-9", "56888-1", "20447-9",
				"25836-8", "29893-5", "30361-0", "68961-2", "48345-3", "24467-3",
			],
			Self::Psychiatry => {
				&["44249-1", "44261-6", "55758-7", "69737-5", "70274-6", "89204-2", "34788-0"]
			},
			Self::SubstanceUse => &[
				"75626-2", "82667-7", "82666-9", "5640-8", "5643-2", "3426-4", "68518-0", "74013-4",
			],
			Self::SexualHealth => {
				&["76690-7", "76691-5", "82810-3", "2106-3", "2118-8", "19080-1", "11449-6"]
			},
			Self::SexuallyTransmitted => {
				&["20507-0", "5292-8", "21613-5", "24111-7", "43304-5", "43305-2", "22587-0"]
			},
			Self::Genetics => &["51969-4", "55233-1", "81247-9", "48018-6", "21636-6"],
			Self::Violence => &["28245-9", "76499-3", "95618-5", "76501-6"],
		}
	}

	/// Whether the code, in its system, has this sensitivity.
	fn names(self, system: &str, code: &str) -> bool {
		if system.ends_with("v3-ActCode") {
			self.act_codes().contains(&code)
		} else if system.ends_with("snomed.info/sct") {
			self.snomed().contains(&code)
		} else if system.ends_with("loinc.org") {
			self.loinc().contains(&code)
		} else if system.contains("icd-10") {
			self.icd10().iter().any(|start| code.starts_with(start))
		} else {
			false
		}
	}
}

/// What is sensitive about a resource: every code in it is looked up, at whatever depth.
pub fn of_resource(resource: &Value) -> Vec<Sensitivity> {
	let mut found = Vec::new();
	look(resource, &mut found);
	found.sort_unstable();
	found.dedup();
	found
}

fn look(value: &Value, found: &mut Vec<Sensitivity>) {
	match value {
		Value::Object(fields) => {
			let text = |name: &str| fields.get(name).and_then(Value::as_str);
			if let (Some(system), Some(code)) = (text("system"), text("code")) {
				found.extend(Sensitivity::ALL.into_iter().filter(|it| it.names(system, code)));
			}
			fields.values().for_each(|field| look(field, found));
		},
		Value::Array(items) => items.iter().for_each(|item| look(item, found)),
		_ => {},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn words_are_told_apart() {
		for sensitivity in Sensitivity::ALL {
			assert_eq!(Sensitivity::from_word(sensitivity.word()), Some(sensitivity));
		}
		assert_eq!(Sensitivity::from_word("cold"), None);
	}

	#[test]
	fn codes_are_found_at_any_depth() {
		let resource = json!({
			"resourceType": "Observation",
			"code": { "coding": [{ "system": "http://loinc.org", "code": "55277-8" }] },
			"component": [{ "valueCodeableConcept": { "coding": [
				{ "system": "http://snomed.info/sct", "code": "7200002" },
			] } }],
		});
		assert_eq!(of_resource(&resource), [Sensitivity::Hiv, Sensitivity::SubstanceUse]);
	}

	#[test]
	fn icd_codes_are_found_by_their_beginning() {
		let coded =
			|code: &str| json!({ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code });
		assert_eq!(of_resource(&coded("F32.1")), [Sensitivity::Psychiatry]);
		assert_eq!(of_resource(&coded("F10.2")), [Sensitivity::SubstanceUse]);
		assert_eq!(of_resource(&coded("B20")), [Sensitivity::Hiv]);
		assert!(of_resource(&coded("I10")).is_empty());
	}

	#[test]
	fn a_tag_counts_whatever_the_codes_say() {
		let tagged = json!({ "meta": { "security": [{
			"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS",
		}] } });
		assert_eq!(of_resource(&tagged), [Sensitivity::Genetics]);
	}

	#[test]
	fn the_same_code_in_another_system_says_nothing() {
		let other = json!({ "system": "http://example.org/beds", "code": "7200002" });
		assert!(of_resource(&other).is_empty());
	}
}
