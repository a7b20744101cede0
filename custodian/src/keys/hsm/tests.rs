//! With SoftHSM. It reads its configuration's place from the environment when it starts, so each test runs in a
//! program of its own.

use super::*;
use crate::keys::Keys;
use std::{fs, os::unix::fs::PermissionsExt, process::Command};

/// The library, which `make setup` finds.
const LIBRARY: &str = "VOUCHSAFE_SOFTHSM";
const PIN: &str = "246810";

/// Runs an ignored test of this module with an empty SoftHSM. It must end well.
fn with_softhsm(name: &str) {
	let folder = tempfile::tempdir().unwrap();
	let tokens = folder.path().join("tokens");
	fs::create_dir(&tokens).unwrap();
	let configuration = folder.path().join("softhsm2.conf");
	let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
	fs::write(&configuration, text).unwrap();
	let name = format!("keys::hsm::tests::{name}");
	let mut program = Command::new(std::env::current_exe().unwrap());
	program.args(["--exact", &name, "--ignored", "--nocapture"]);
	let done = program.env("SOFTHSM2_CONF", configuration).output().unwrap();
	let said = [done.stdout, done.stderr].concat();
	let said = String::from_utf8_lossy(&said);
	assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

/// A key file that is not sealed, and a token with its PIN file.
struct Place {
	folder: tempfile::TempDir,
	hsm: Hsm,
}

impl Place {
	fn new() -> Self {
		let folder = tempfile::tempdir().unwrap();
		let module = std::env::var_os(LIBRARY).expect("SoftHSM is missing: run make setup");
		let hsm = Hsm {
			module: module.into(),
			token: "hospital-a".into(),
			key: "custodian".into(),
			pin_file: folder.path().join("pin"),
		};
		let place = Self { folder, hsm };
		place.add_token("hospital-a");
		place.set_pin(PIN);
		Keys::generate(&place.path("plain")).unwrap();
		place
	}

	fn path(&self, name: &str) -> PathBuf {
		self.folder.path().join(name)
	}

	/// Adds a token with this label to the HSM.
	fn add_token(&self, label: &str) {
		let module = Pkcs11::new(&self.hsm.module).unwrap();
		module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
		let free = *module.get_slots_with_token().unwrap().last().unwrap();
		let officer = AuthPin::new("135791".into());
		module.init_token(free, &officer, label).unwrap();
		let session = module.open_rw_session(free).unwrap();
		session.login(UserType::So, Some(&officer)).unwrap();
		session.init_pin(&AuthPin::new(PIN.into())).unwrap();
		drop(session);
		module.finalize().unwrap();
	}

	fn set_pin(&self, pin: &str) {
		let file = &self.hsm.pin_file;
		fs::write(file, format!("{pin}\n")).unwrap();
		fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
	}

	fn seal(&self, hsm: &Hsm, out: &str, new_key: bool) -> Result<Keys> {
		Keys::seal(&self.path("plain"), &self.path(out), hsm, new_key)
	}
}

fn error(result: Result<Keys>) -> String {
	format!("{:#}", result.err().expect("it should be refused"))
}

#[test]
fn a_sealed_file_is_read_and_changed() {
	with_softhsm("reads_and_changes");
}

#[test]
#[ignore = "run by another test, with a SoftHSM of its own"]
fn reads_and_changes() {
	let place = Place::new();
	let plain = Keys::read(&place.path("plain")).unwrap();
	let path = place.path("sealed");
	place.seal(&place.hsm, "sealed", true).unwrap();
	let mode = path.metadata().unwrap().mode();
	assert_eq!(mode & 0o777, 0o600);
	let sealed = fs::read_to_string(&path).unwrap();
	for secret in fs::read_to_string(place.path("plain")).unwrap().split('"').skip(1).step_by(2) {
		assert!(
			!sealed.contains(secret.trim_start_matches("0x")),
			"a secret is in the sealed file"
		);
	}
	assert!(!sealed.contains(PIN));
	let read = Keys::read(&path).unwrap();
	assert_eq!(read.account.public_key().0, plain.account.public_key().0);
	assert_eq!(read.encryption.public(), plain.encryption.public());

	// A rotation of the keys leaves the file sealed.
	let changed = Keys::add_encryption_key(&path, None).unwrap();
	let text = fs::read_to_string(&path).unwrap();
	assert!(SealedFile::parse(&text).is_some() && text != sealed);
	assert_eq!(Keys::read(&path).unwrap().encryption.all(), changed.encryption.all());
	assert_eq!(changed.encryption.all().len(), 2);

	// To another token, from the sealed file.
	place.add_token("new");
	let new = Hsm { token: "new".into(), ..place.hsm.clone() };
	Keys::seal(&path, &place.path("moved"), &new, true).unwrap();
	let moved = Keys::read(&place.path("moved")).unwrap();
	assert_eq!(moved.encryption.all(), changed.encryption.all());
}

#[test]
fn what_cannot_be_opened_is_said() {
	with_softhsm("says_what_is_wrong");
}

#[test]
#[ignore = "run by another test, with a SoftHSM of its own"]
fn says_what_is_wrong() {
	let place = Place::new();
	let hsm = &place.hsm;
	let none = error(place.seal(hsm, "sealed", false));
	assert!(none.contains("has no AES key with the label \"custodian\""), "{none}");
	place.seal(hsm, "sealed", true).unwrap();
	let twice = error(place.seal(hsm, "other", true));
	assert!(twice.contains("has a key with the label") && !place.path("other").exists(), "{twice}");
	let there = error(place.seal(hsm, "sealed", false));
	assert!(there.contains("exists already"), "{there}");
	let token = error(place.seal(&Hsm { token: "b".into(), ..hsm.clone() }, "other", false));
	assert!(token.contains("no token") && token.contains("\"hospital-a\""), "{token}");
	let no_pin = error(place.seal(&Hsm { pin_file: "/nowhere".into(), ..hsm.clone() }, "x", false));
	assert!(no_pin.contains("/nowhere"), "{no_pin}");

	// Another key, or a changed byte.
	place.seal(&Hsm { key: "another".into(), ..hsm.clone() }, "another", true).unwrap();
	let text = |name| fs::read_to_string(place.path(name)).unwrap();
	let foreign = text("sealed").replace("\"custodian\"", "\"another\"");
	let digit = if text("sealed").contains("= \"0x0") { "= \"0x1" } else { "= \"0x0" };
	let start = text("sealed").find("= \"0x").unwrap();
	let mut changed = text("sealed");
	changed.replace_range(start..start + digit.len(), digit);
	for wrong in [foreign, changed] {
		let said = error(Keys::parse(&wrong));
		assert!(said.contains("does not open the key file"), "{said}");
	}
	for damaged in ["", "0x", "0x00", "0xzz"] {
		let sealed = SealedFile { sealed: damaged.into(), hsm: hsm.clone() };
		let said = format!("{:#}", sealed.open(Attempt::Careful).unwrap_err());
		assert!(said.contains("`sealed` is damaged"), "{said}");
	}
}

#[test]
fn a_wrong_pin_is_tried_once() {
	with_softhsm("tries_once");
}

#[test]
#[ignore = "run by another test, with a SoftHSM of its own"]
fn tries_once() {
	let place = Place::new();
	let path = place.path("sealed");
	place.seal(&place.hsm, "sealed", true).unwrap();
	place.set_pin("0000");
	let refused = error(Keys::read(&path));
	assert!(refused.contains("the HSM refuses the PIN"), "{refused}");
	assert!(!refused.contains("0000"));
	// Not even the right one, until a person says so. The next process knows it from the token.
	place.set_pin(PIN);
	for knows in [true, false, false] {
		*MODULE.lock().unwrap() = knows;
		let again = error(Keys::read(&path));
		assert!(again.contains("none is tried now"), "{again}");
	}
	Keys::read_after_wrong_pin(&path).unwrap();
	Keys::read(&path).unwrap();
	// Others may read the PIN.
	fs::set_permissions(&place.hsm.pin_file, fs::Permissions::from_mode(0o644)).unwrap();
	let open = error(Keys::read(&path));
	assert!(open.contains("chmod 600"), "{open}");
}

#[test]
fn a_module_that_others_may_change_is_not_loaded() {
	let folder = tempfile::tempdir().unwrap();
	let module = folder.path().join("module.so");
	fs::write(&module, "not a library").unwrap();
	assert!(check_module(&module).is_ok());
	for (path, mode) in [(&module, 0o666), (&module, 0o602), (&folder.path().to_owned(), 0o777)] {
		let before = path.metadata().unwrap().permissions();
		fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
		let said = format!("{:#}", check_module(&module).unwrap_err());
		assert!(said.contains("users other than root can change"), "{said}");
		fs::set_permissions(path, before).unwrap();
	}
	let link = folder.path().join("link.so");
	std::os::unix::fs::symlink(&module, &link).unwrap();
	assert_eq!(check_module(&link).unwrap(), module.canonicalize().unwrap());
	for wrong in ["module.so", "/nowhere/module.so"] {
		assert!(check_module(Path::new(wrong)).is_err());
	}
	// It is named by what it is.
	let hsm =
		Hsm { module, token: "a".into(), key: "b".into(), pin_file: folder.path().join("pin") };
	fs::write(&hsm.pin_file, "1").unwrap();
	fs::set_permissions(&hsm.pin_file, fs::Permissions::from_mode(0o600)).unwrap();
	let said = format!("{:#}", hsm.seal("", false).err().unwrap());
	assert!(said.contains("can't load the HSM's module"), "{said}");
}
