//! The release: which files it has, the manifest, and how they are written.

use crate::{
	bundle::{bundle, Bundle},
	files::{self, hashed_name},
	glue,
	headers::{self, HeadersFile, Kind},
	icons, texts,
};
use anyhow::{ensure, Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};
use serde_json::json;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	io::Write as _,
	path::Path,
};

/// The version of all our crates.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The list of all other files with their SHA-256.
pub const MANIFEST: &str = "manifest.json";
const HEADERS: &str = "headers.json";
const PAGE: &str = "index.html";
const SERVICE_WORKER: &str = "sw.js";
const TEMPLATE: &str = include_str!("index.html");
const VIEWER_TEMPLATE: &str = include_str!("viewer.html");

/// When a file is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Load {
	/// At a first visit. The service worker installs it.
	FirstVisit,
	/// When it is needed, but the service worker installs it too, so that it is there offline.
	Installed,
	/// Only when it is needed.
	OnDemand,
}

/// One file.
pub struct File {
	bytes: Vec<u8>,
	kind: Kind,
	/// When it is loaded.
	pub load: Load,
}

/// All files but the manifest.
#[derive(Default)]
pub struct Release {
	files: BTreeMap<String, File>,
}

/// Builds the release from the checkout, the compiled core, the folder of the other modules, and a
/// checkpoint.
pub fn build(
	root: &Path,
	core: &Path,
	modules: &Path,
	checkpoint: Option<&str>,
) -> Result<Release> {
	let wallet = root.join("wallet");
	let mut release = Release::default();
	texts::generate(&root.join("speech/locales"), &wallet.join("page/generated"))?;
	let worker = release.add_core(root, core, checkpoint)?;
	let reader = modules.join("vouchsafe_wallet_reader.wasm");
	glue::generate(&reader, "reader", &wallet.join("reader/generated"))?;
	let reader = release.add_reader(root)?;
	let dicom = modules.join("vouchsafe_wallet_dicom.wasm");
	glue::generate(&dicom, "dicom", &wallet.join("dicom/generated"))?;
	let plain = release.add_viewer(root, "viewer/src/plain.ts", "viewer")?;
	let pdf = release.add_viewer(root, "viewer/src/pdf.ts", "viewer-pdf")?;
	let dicom = release.add_viewer(root, "viewer/src/dicom.ts", "viewer-dicom")?;
	let urls = [
		("__VERSION__", VERSION.to_owned()),
		("__CORE_URL__", format!("./{worker}")),
		("__READER_URL__", format!("./{reader}")),
		("__SERVICE_WORKER_URL__", format!("./{SERVICE_WORKER}")),
		("__VIEWER_PDF_URL__", format!("./{pdf}")),
		("__VIEWER_DICOM_URL__", format!("./{dicom}")),
		("__VIEWER_PLAIN_URL__", format!("./{plain}")),
	];
	release.add_page(root, &urls)?;
	release.add_service_worker(root)?;
	release.add_headers()?;
	Ok(release)
}

impl Release {
	fn add(&mut self, name: &str, bytes: Vec<u8>, kind: Kind, load: Load) {
		self.files.insert(name.to_owned(), File { bytes, kind, load });
	}

	fn add_hashed(&mut self, stem: &str, extension: &str, bytes: Vec<u8>, load: Load) -> String {
		let name = hashed_name(stem, extension, &bytes);
		self.add(&name, bytes, Kind::Other, load);
		name
	}

	/// The core and its worker, which has the checkpoint. Returns the worker's name.
	fn add_core(&mut self, root: &Path, wasm: &Path, checkpoint: Option<&str>) -> Result<String> {
		let generated = root.join("wallet/core/generated");
		let glue::Core { first, parts } = glue::generate_core(wasm, &generated)?;
		let core = self.add_hashed("core", "wasm", first, Load::FirstVisit);
		for (name, bytes) in parts {
			self.add(&name, bytes, Kind::Other, Load::Installed);
		}
		let languages = self.add_languages(&root.join("speech/locales"))?;
		let names = format!(
			"// Written by vouchsafe-wallet-build.\n\
			export const version = {VERSION:?};\n\
			export const coreUrl = \"./{core}\";\n\
			export const languages: Record<string, {{ url: string; sha256: string }}> = {languages};\n\
			export const checkpoint: string | undefined = {};\n",
			checkpoint.map_or_else(|| "undefined".to_owned(), |text| format!("{text:?}"))
		);
		files::write(&generated.join("release.ts"), names.as_bytes())?;
		let Bundle { files, entry, imports, .. } =
			bundle(root, "core/js/worker.ts", "worker", &[])?;
		for (name, bytes) in files {
			let is_first = name == entry || imports.contains(&name);
			let load = if is_first { Load::FirstVisit } else { Load::OnDemand };
			let kind = if name == entry { Kind::Worker } else { Kind::Other };
			self.add(&name, bytes, kind, load);
		}
		Ok(entry)
	}

	/// The core's texts in each language but English, which it contains. Returns where they are, and
	/// their hashes, as JSON.
	fn add_languages(&mut self, locales: &Path) -> Result<String> {
		let mut languages = BTreeMap::new();
		for (language, texts) in texts::of_core(locales)? {
			let sha256 = files::sha256(texts.as_bytes());
			let stem = format!("speech-{language}");
			let name = self.add_hashed(&stem, "ftl", texts.into_bytes(), Load::Installed);
			languages.insert(language, json!({ "url": format!("./{name}"), "sha256": sha256 }));
		}
		Ok(serde_json::to_string_pretty(&languages)?)
	}

	/// The reader of QR codes is one worker with its WebAssembly in it: it can load nothing.
	fn add_reader(&mut self, root: &Path) -> Result<String> {
		let Bundle { mut files, entry, .. } = bundle(root, "reader/js/worker.ts", "reader", &[])?;
		ensure!(files.len() == 1, "wallet/reader must become one file");
		let bytes = files.remove(&entry).context("the reader's file")?;
		self.add(&entry, bytes, Kind::Reader, Load::OnDemand);
		Ok(entry)
	}

	/// A viewer is one file with script and style in it, which its policy knows by their hashes. So it
	/// needs no address of ours in its policy, and can load nothing.
	fn add_viewer(&mut self, root: &Path, entry: &str, stem: &str) -> Result<String> {
		let Bundle { files, entry: script, style, .. } = bundle(root, entry, stem, &[])?;
		ensure!(files.len() == 2, "wallet/{entry} must become one script and one style sheet");
		let part = |name: &str| -> Result<&str> {
			Ok(std::str::from_utf8(files.get(name).context("a viewer's part")?)?)
		};
		let style = part(style.as_deref().context("a viewer without a style")?)?;
		let script = part(&script)?;
		ensure!(
			!script.contains("</script") && !script.contains("<!--") && !style.contains("</style"),
			"wallet/{entry}: this text cannot be in an HTML file"
		);
		let kind = Kind::Viewer { script: source_hash(script), style: source_hash(style) };
		let policy = headers::viewer(&kind).context("a viewer's policy")?;
		let html = VIEWER_TEMPLATE
			.replace("{{policy}}", &policy)
			.replace("{{style}}", style)
			.replace("{{script}}", script);
		let name = hashed_name(stem, "html", html.as_bytes());
		self.add(&name, html.into_bytes(), kind, Load::OnDemand);
		Ok(name)
	}

	fn add_page(&mut self, root: &Path, constants: &[(&str, String)]) -> Result<()> {
		let Bundle { files, entry, style, imports } =
			bundle(root, "page/src/main.tsx", "page", constants)?;
		let style = style.context("wallet/page/src/main.tsx must import its style sheet")?;
		let first: BTreeSet<_> = [&entry, &style].into_iter().chain(&imports).cloned().collect();
		for (name, bytes) in files {
			// A visitor loads one language. English stands for it in the sum of a first visit.
			let is_first = first.contains(&name) || name.starts_with("texts.en-");
			let load = if is_first { Load::FirstVisit } else { Load::Installed };
			self.add(&name, bytes, Kind::Other, load);
		}
		let svg = self.add_hashed("icon", "svg", icons::svg().into_bytes(), Load::FirstVisit);
		let touch = self.add_hashed("icon-180", "png", icons::png(180, true)?, Load::OnDemand);
		let small = self.add_hashed("icon-192", "png", icons::png(192, false)?, Load::OnDemand);
		let large = self.add_hashed("icon-512", "png", icons::png(512, false)?, Load::OnDemand);
		let masked = self.add_hashed("icon-mask", "png", icons::png(512, true)?, Load::OnDemand);
		let app = serde_json::to_vec_pretty(&json!({
			"name": "Vouchsafe", "short_name": "Vouchsafe", "id": "./", "start_url": "./",
			"scope": "./", "display": "standalone",
			"theme_color": icons::COLOUR, "background_color": "#ffffff",
			"icons": [
				{ "src": svg, "sizes": "any", "type": "image/svg+xml" },
				{ "src": small, "sizes": "192x192", "type": "image/png" },
				{ "src": large, "sizes": "512x512", "type": "image/png" },
				{ "src": masked, "sizes": "512x512", "type": "image/png", "purpose": "maskable" },
			],
		}))?;
		self.add("app.webmanifest", app, Kind::Other, Load::FirstVisit);
		let preload: String = imports
			.iter()
			.map(|name| format!("\t\t<link rel=\"modulepreload\" href=\"./{name}\" />\n"))
			.collect();
		let html = TEMPLATE
			.replace("{{colour}}", icons::COLOUR)
			.replace("{{icon}}", &svg)
			.replace("{{touch}}", &touch)
			.replace("{{style}}", &style)
			.replace("{{script}}", &entry)
			.replace("{{preload}}", &preload);
		self.add(PAGE, html.into_bytes(), Kind::Page, Load::FirstVisit);
		Ok(())
	}

	/// The service worker has the hashes of the files in it, so a browser sees each new release, and
	/// their headers, so that these hold even if a server does not send them.
	fn add_service_worker(&mut self, root: &Path) -> Result<()> {
		let hashes: BTreeMap<_, _> = self
			.files
			.iter()
			.map(|(name, file)| {
				let sha256 = files::sha256(&file.bytes);
				(name, json!({ "sha256": sha256, "install": file.load != Load::OnDemand }))
			})
			.collect();
		// The manifest also has the service worker and the headers.
		let release = format!(
			"// Written by vouchsafe-wallet-build.\n\
			export const version = {VERSION:?};\n\
			export const manifestFiles = {};\n\
			export const files: Record<string, {{ sha256: string; install: boolean }}> = {};\n\
			export const headers: {{\n\
			\talways: Record<string, string>;\n\
			\tfiles: Record<string, Record<string, string>>;\n\
			\tloopback: string;\n\
			}} = {};\n",
			hashes.len() + 2,
			serde_json::to_string_pretty(&hashes)?,
			serde_json::to_string_pretty(&HeadersFile::new(self.kinds()))?,
		);
		files::write(&root.join("wallet/sw/generated/release.ts"), release.as_bytes())?;
		let Bundle { mut files, entry, .. } = bundle(root, "sw/src/sw.ts", "sw", &[])?;
		ensure!(files.len() == 1, "the service worker must become one file");
		let bytes = files.remove(&entry).context("the service worker's file")?;
		self.add(SERVICE_WORKER, bytes, Kind::ServiceWorker, Load::FirstVisit);
		Ok(())
	}

	fn add_headers(&mut self) -> Result<()> {
		let own = [(MANIFEST, &Kind::Other), (HEADERS, &Kind::Other)];
		let headers = HeadersFile::new(self.kinds().chain(own));
		let bytes = serde_json::to_vec_pretty(&headers)?;
		self.add(HEADERS, bytes, Kind::Other, Load::OnDemand);
		Ok(())
	}

	fn kinds(&self) -> impl Iterator<Item = (&str, &Kind)> {
		self.files.iter().map(|(name, file)| (name.as_str(), &file.kind))
	}

	/// The files with their names.
	pub fn files(&self) -> impl Iterator<Item = (&str, &File)> {
		self.files.iter().map(|(name, file)| (name.as_str(), file))
	}

	/// The manifest: version, and each file's SHA-256.
	fn manifest(&self) -> Result<Vec<u8>> {
		let hashes: BTreeMap<_, _> =
			self.files.iter().map(|(name, file)| (name, files::sha256(&file.bytes))).collect();
		Ok(serde_json::to_vec_pretty(&json!({ "version": VERSION, "files": hashes }))?)
	}

	/// Writes all files, plain and compressed, and removes others. Returns the manifest's SHA-256.
	pub fn write(&self, out: &Path) -> Result<String> {
		fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
		let manifest = self.manifest()?;
		let all = self.files.iter().map(|(name, file)| (name.as_str(), &file.bytes[..]));
		let mut written = BTreeSet::new();
		for (name, bytes) in all.chain([(MANIFEST, &manifest[..])]) {
			write_compressed(out, name, bytes, &mut written)?;
		}
		for entry in fs::read_dir(out)? {
			let entry = entry?;
			if !written.contains(&*entry.file_name().to_string_lossy()) {
				fs::remove_file(entry.path())
					.with_context(|| format!("cannot remove {}", entry.path().display()))?;
			}
		}
		Ok(files::sha256(&manifest))
	}
}

/// The text of a checkpoint, which `vouchsafe wallet checkpoint` has written. The core checks what it says.
pub fn read_checkpoint(path: &Path) -> Result<String> {
	let wrong = || format!("{} is not a checkpoint", path.display());
	let value: serde_json::Value =
		serde_json::from_slice(&files::read(path)?).with_context(wrong)?;
	let parts = ["genesis", "block", "hash", "set", "authorities", "proven"];
	let has_all = parts.iter().all(|part| value.get(part).is_some());
	ensure!(has_all, "{}: it must have {}", wrong(), parts.join(", "));
	Ok(value.to_string())
}

/// Writes a file and its compressed forms, unless they are there already: brotli takes seconds.
fn write_compressed(
	out: &Path,
	name: &str,
	bytes: &[u8],
	written: &mut BTreeSet<String>,
) -> Result<()> {
	let path = out.join(name);
	let forms = [format!("{name}.br"), format!("{name}.gz")];
	let same = fs::read(&path).is_ok_and(|old| old == bytes);
	let worth = !name.ends_with(".png");
	written.insert(name.to_owned());
	if worth {
		written.extend(forms.iter().cloned());
	}
	if !worth || same && forms.iter().all(|form| out.join(form).is_file()) {
		return files::write(&path, bytes);
	}
	// The plain file comes last: it is the sign that all are there.
	files::write(&out.join(&forms[0]), &brotli(bytes)?)?;
	files::write(&out.join(&forms[1]), &gzip(bytes)?)?;
	files::write(&path, bytes)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
	let parameters = BrotliEncoderParams {
		quality: 11,
		lgwin: 24,
		size_hint: bytes.len(),
		..BrotliEncoderParams::default()
	};
	let mut out = Vec::new();
	brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
	Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
	let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
	encoder.write_all(bytes)?;
	Ok(encoder.finish()?)
}

/// A script's or style's hash, as a policy names it.
fn source_hash(text: &str) -> String {
	use base64::Engine as _;
	use sha2::{Digest as _, Sha256};
	let hash = Sha256::digest(text.as_bytes());
	format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(hash))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn release() -> Release {
		let mut release = Release::default();
		release.add("index.html", b"<!doctype html>".repeat(20), Kind::Page, Load::FirstVisit);
		release.add_hashed("core", "wasm", b"wasm".repeat(99), Load::FirstVisit);
		release.add_headers().unwrap();
		release
	}

	fn names(folder: &Path) -> Vec<(String, Vec<u8>)> {
		let mut all: Vec<_> = fs::read_dir(folder)
			.unwrap()
			.map(|entry| entry.unwrap())
			.map(|entry| {
				(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
			})
			.collect();
		all.sort();
		all
	}

	#[test]
	fn two_runs_give_equal_bytes_and_remove_what_is_old() {
		let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		fs::write(two.path().join("page-old.js"), "old").unwrap();
		let hash = release().write(one.path()).unwrap();
		assert_eq!(release().write(two.path()).unwrap(), hash);
		assert_eq!(release().write(two.path()).unwrap(), hash);
		assert_eq!(names(one.path()), names(two.path()));
		assert_eq!(names(one.path()).len(), 12);
	}

	#[test]
	fn the_manifest_has_the_hash_of_each_other_file() {
		let folder = tempfile::tempdir().unwrap();
		let hash = release().write(folder.path()).unwrap();
		let bytes = fs::read(folder.path().join(MANIFEST)).unwrap();
		assert_eq!(files::sha256(&bytes), hash);
		let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
		assert_eq!(manifest["version"], VERSION);
		let listed = manifest["files"].as_object().unwrap();
		assert_eq!(listed.len(), 3);
		for (name, hash) in listed {
			assert_eq!(*hash, files::sha256(&fs::read(folder.path().join(name)).unwrap()));
		}
	}

	#[test]
	fn only_a_checkpoint_is_put_into_the_release() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("checkpoint.json");
		assert!(read_checkpoint(&file).is_err());
		let whole = r#"{ "genesis": "0x00", "block": 1, "hash": "0x01", "set": 0, "authorities": [], "proven": "0x" }"#;
		for (text, is_one) in
			[("", false), ("[]", false), ("{\"genesis\":\"0x00\"}", false), (whole, true)]
		{
			fs::write(&file, text).unwrap();
			assert_eq!(read_checkpoint(&file).is_ok(), is_one, "{text}");
		}
		let read: serde_json::Value =
			serde_json::from_str(&read_checkpoint(&file).unwrap()).unwrap();
		assert_eq!(read, serde_json::from_str::<serde_json::Value>(whole).unwrap());
	}

	#[test]
	fn a_changed_file_is_compressed_again() {
		let folder = tempfile::tempdir().unwrap();
		let compressed = |name: &str| fs::read(folder.path().join(name)).unwrap();
		let mut written = BTreeSet::new();
		write_compressed(folder.path(), "a.js", b"one", &mut written).unwrap();
		let old = compressed("a.js.br");
		write_compressed(folder.path(), "a.js", b"two", &mut written).unwrap();
		assert_ne!(compressed("a.js.br"), old);
		let mut plain = Vec::new();
		brotli::BrotliDecompress(&mut &compressed("a.js.br")[..], &mut plain).unwrap();
		assert_eq!(plain, b"two");
	}

	#[test]
	fn a_policy_names_scripts_by_base64() {
		assert_eq!(source_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	}
}
