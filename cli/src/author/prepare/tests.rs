use super::*;
use crate::words::Status;
use std::io::Cursor;
use vouchsafe_client::chain::BoundedVec;

const PATIENT: AccountId = AccountId([9; 32]);

fn member(number: u8, kind: AccountKind, country: &str) -> Member {
	Member {
		account: AccountId([number; 32]),
		kind,
		status: Status::Active,
		name: format!("House {number}"),
		country: country.into(),
		custodian: Some(("http://127.0.0.1:1".into(), [number; 32])),
	}
}

/// Four hospitals and an authority.
fn members() -> Vec<Member> {
	let hospital = |number, country| member(number, AccountKind::Institution, country);
	vec![
		hospital(1, "DE"),
		hospital(2, "AT"),
		hospital(3, "CH"),
		hospital(4, "FR"),
		member(5, AccountKind::Authority, "DE"),
	]
}

fn chosen(
	members: &[Member],
	author: u8,
	choice: Option<&HolderChoice>,
	wish: &SharingWish,
) -> Result<(u8, Vec<u8>)> {
	let author = Some(AccountId([author; 32]));
	let patient = (PATIENT, [0; 32]);
	let (threshold, holders) =
		choose_holders(members, &Names::default(), author, patient, choice, wish)?;
	Ok((threshold, holders.iter().map(|holder| holder.account.0[0]).collect()))
}

#[test]
fn any_three_of_five_by_default_and_the_author_first() {
	let found = chosen(&members(), 4, None, &SharingWish::default()).unwrap();
	assert_eq!(found, (3, vec![4, 1, 2, 9, 5]));
}

#[test]
fn who_does_not_take_part_holds_nothing() {
	let mut members = members();
	members[0].status = Status::Suspended;
	members[1].custodian = None;
	let found = chosen(&members, 3, None, &SharingWish::default()).unwrap();
	assert_eq!(found, (2, vec![3, 4, 5]), "three institutions and authorities: any two of them");
	members[2].custodian = None;
	assert!(chosen(&members, 3, None, &SharingWish::default()).is_err());
}

#[test]
fn the_patients_choice_is_kept_to() {
	let choice = HolderChoice {
		holders: BoundedVec(vec![]),
		countries: BoundedVec(vec![*b"DE", *b"AT", *b"CH"]),
	};
	let found = chosen(&members(), 4, Some(&choice), &SharingWish::default()).unwrap();
	assert_eq!(found.1, [1, 2, 3, 9, 5]);
	let choice = HolderChoice {
		holders: BoundedVec(vec![AccountId([1; 32])]),
		countries: BoundedVec(vec![]),
	};
	let error = chosen(&members(), 1, Some(&choice), &SharingWish::default()).unwrap_err();
	assert!(error.to_string().contains("at least 3 institutions"), "{error}");
}

#[test]
fn a_wish_is_kept_to() {
	let wish = SharingWish {
		threshold: Some(2),
		holders: vec![AccountId([2; 32]), AccountId([3; 32]), AccountId([5; 32])],
		without_patient: true,
	};
	assert_eq!(chosen(&members(), 1, None, &wish).unwrap(), (2, vec![2, 3, 5]));
	let stranger = SharingWish { holders: vec![PATIENT], ..SharingWish::default() };
	let error = chosen(&members(), 1, None, &stranger).unwrap_err();
	assert!(error.to_string().contains("is no institution"), "{error}");
}

#[tokio::test]
async fn what_is_encrypted_has_its_cid_and_commitment() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("content");
	let plaintext = vec![7u8; 3 << 20];
	let document = NewDocument {
		content: Content::Bytes(plaintext.clone()),
		title: "It".into(),
		media_type: "text/plain".into(),
		place: Place::VersionOf(H256([0; 32])),
	};
	let context = Context { genesis: [1; 32], record: [2; 32], version: 0, patient: PATIENT.0 };
	let secret = Secret::random();
	let done = encrypt(&document, &secret, &context, &path).await.unwrap();
	let ciphertext = std::fs::read(&path).unwrap();
	assert_eq!(done.cid, cid_of(&ciphertext));
	assert_eq!(done.plaintext_len, plaintext.len() as u64);
	assert_eq!(done.ciphertext_len, ciphertext.len() as u64);
	let mut commitment = PlaintextCommitment::new(done.commitment_salt);
	commitment.update(&plaintext);
	assert_eq!(done.commitment, commitment.finish());
	let mut back = Cursor::new(Vec::new());
	document::decrypt(&secret.document_key(&context), &context, &ciphertext[..], &mut back)
		.unwrap();
	assert!(back.into_inner() == plaintext);
}
