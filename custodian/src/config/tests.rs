//! The sample, its defaults, and mistakes.

use super::*;

const SAMPLE: &str = include_str!("../../sample.toml");

#[test]
fn the_sample_is_accepted() {
	let config = Config::parse(SAMPLE).unwrap();
	assert_eq!(config.api.listen.port(), 8700);
	assert_eq!(config.api.monitoring_listen, "127.0.0.1:8701".parse().unwrap());
	assert!(config.chain.genesis.is_none());
}

/// The entries after `# ` in the sample are the defaults.
#[test]
fn the_sample_shows_the_defaults() {
	let uncommented = SAMPLE
		.lines()
		.map(|line| match line.strip_prefix("# ") {
			Some(entry) if entry.contains(" = ") || entry.starts_with('[') => entry,
			_ => line,
		})
		.collect::<Vec<_>>()
		.join("\n");
	let (sample, mut whole) =
		(Config::parse(SAMPLE).unwrap(), Config::parse(&uncommented).unwrap());
	assert!(sample.api.origins.is_none() && sample.api.tls.is_none());
	assert!(whole.api.tls.take().unwrap().client_ca.is_some());
	assert_eq!(whole.api.origins.take().unwrap().len(), 1);
	assert_eq!(format!("{:?}", sample.api), format!("{:?}", whole.api));
	assert_eq!(format!("{:?}", sample.keys), format!("{:?}", whole.keys));
	assert_eq!(format!("{:?}", sample.store), format!("{:?}", whole.store));
	assert_eq!(format!("{:?}", sample.backup), format!("{:?}", whole.backup));
	assert_eq!(format!("{:?}", sample.kubo), format!("{:?}", whole.kubo));
	assert_eq!(sample.scrub, whole.scrub);
	assert_eq!(format!("{:?}", sample.research), format!("{:?}", whole.research));
	assert_eq!(format!("{:?}", sample.log), format!("{:?}", whole.log));
	assert!(sample.wallet.is_none() && !whole.wallet.unwrap().development);
	assert_eq!(whole.chain.genesis, Some(Hex([0; 32])));
}

#[test]
fn without_tls_it_listens_on_this_machine_unless_the_network_is_closed() {
	for (listen, is_local) in [
		("127.0.0.1:1", true),
		("127.8.0.1:1", true),
		("[::1]:1", true),
		("[::ffff:127.0.0.1]:1", true),
		("0.0.0.0:1", false),
		("[::]:1", false),
		("10.0.0.1:1", false),
		("192.0.2.1:1", false),
	] {
		let mut api = Config::parse(SAMPLE).unwrap().api;
		api.listen = listen.parse().unwrap();
		assert_eq!(api.check_plain(false).is_ok(), is_local, "{listen}");
		assert!(api.check_plain(true).is_ok(), "{listen}");
		let said = api.check_plain(false).err().map(|error| error.to_string());
		assert!(said.is_none_or(|said| said.contains("[api.tls]") && said.contains("--lan")));
		let (certificate, key) = ("certificate".into(), "key".into());
		api.tls = Some(Tls { certificate, key, client_ca: None });
		assert!(api.check_plain(false).is_ok(), "{listen}");
		// Monitoring has no TLS.
		api.monitoring_listen = listen.parse().unwrap();
		assert_eq!(api.check_plain(false).is_ok(), is_local, "{listen}");
		assert!(api.check_plain(true).is_ok(), "{listen}");
		let said = api.check_plain(false).err().map(|error| error.to_string());
		let names_it = |said: String| said.contains("monitoring_listen") && said.contains("--lan");
		assert!(said.is_none_or(names_it));
	}
}

#[test]
fn waiting_requests_and_transfers_leave_connections_for_shares() {
	let text = |connections: usize, transfers: usize, waiting: usize| {
		SAMPLE
			.replacen("# max_connections = 512", &format!("max_connections = {connections}"), 1)
			.replacen("# max_transfers = 64", &format!("max_transfers = {transfers}"), 1)
			.replacen("# max_waiting = 128", &format!("max_waiting = {waiting}"), 1)
	};
	for (connections, transfers, waiting, is_accepted) in [
		(321, 64, 128, true),
		(320, 64, 128, false),
		(512, 64, 223, true),
		(512, 64, 224, false),
		(512, 255, 128, true),
		(512, 256, 128, false),
		(4, 1, 1, true),
		(3, 1, 1, false),
		(512, 64, i64::MAX as usize, false),
	] {
		let parsed = Config::parse(&text(connections, transfers, waiting));
		assert_eq!(parsed.is_ok(), is_accepted, "{connections} {transfers} {waiting}");
		if let Err(error) = parsed {
			let error = error.to_string();
			let entries = ["api.max_connections is", "api.max_waiting", "api.max_transfers"];
			assert!(entries.iter().all(|entry| error.contains(entry)), "{error}");
		}
	}
}

#[test]
fn an_institution_with_its_patients_leaves_a_quarter_of_the_places() {
	let api = Config::parse(SAMPLE).unwrap().api;
	let (its, parties) = (api.per_institution, 2);
	assert_eq!(its.max_waiting * parties * 4, api.max_waiting * 3);
	assert_eq!(its.max_transfers * parties * 4, api.max_transfers * 3);
	assert!(api.per_account.max_waiting < its.max_waiting);
	assert!(api.per_account.max_transfers < its.max_transfers);
}

#[test]
fn mistakes_are_refused() {
	for (what, by) in [
		("[api]", "[api]\nlissten = \"127.0.0.1:1\""),
		("[store]", "[storage]\nx = 1\n[store]"),
		("ws://127.0.0.1:9944", "http://127.0.0.1:9944"),
		("http://127.0.0.1:5001", "nowhere"),
		("# monitoring_listen = \"127.0.0.1:8701\"", "monitoring_listen = \"8701\""),
		("# burst = 200", "burst = 0"),
		("# max_connections = 512", "max_connections = 0"),
		("# header_timeout = 10", "header_timeout = 0"),
		("# max_waiting = 128", "max_waiting = 0"),
		("# [api.tls]", "[api.tls]"),
		("# [api.tls]", "[api.tls]\ncertificate = \"a\""),
		("# [api.per_account]", "[api.per_account]\nburst = 1"),
		(
			"# [api.per_institution]",
			"[api.per_institution]\nrequests_per_second = 1\nburst = 1\nmax_transfers = 1\nmax_waiting = 0",
		),
		("# burst = 200", "origins = [\"https://a.example/\"]"),
		("# burst = 200", "origins = [\"https://a.example:443\"]"),
		("# burst = 200", "origins = [\"https://A.example\"]"),
		("# burst = 200", "origins = [\"a.example\"]"),
		("# burst = 200", "origins = [\"*\"]"),
		("# burst = 200", "origins = [\"null\"]"),
		("# max_unsigned_waiting_per_address = 16", "max_unsigned_waiting_per_address = 0"),
		("# directory = \"/usr/share/vouchsafe/wallet\"", "[wallet]\ndirectory = 1"),
		("# development = false", "[wallet]\ndevelopment = true"),
		("# trusted_proxies = 0", "trusted_proxies = true"),
		("# genesis = \"0x00", "genesis = \"0x"),
		("# aggregate = false", "[research]\naggregated = true"),
		("# aggregate = false", "[research]\naggregate = 1"),
		("# allow_addresses = []", "[research]\nallow_addresses = [\"everywhere\"]"),
		("# format = \"json\"", "[log]\nformat = \"xml\""),
		("# level = \"info\"", "[log]\nlevel = \"a=b=c\""),
	] {
		let changed = SAMPLE.replacen(what, by, 1);
		assert_ne!(changed, SAMPLE);
		assert!(Config::parse(&changed).is_err(), "{by} was accepted");
	}
}
