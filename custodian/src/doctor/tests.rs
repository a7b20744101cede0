//! Every bad case of every check, over facts that are made up.

use super::{
	custodians::{self, Own, Seen, Sight},
	kubo, machine,
	machine::{Disk, Guarded, Stored},
	node::{self, Head, Member, SessionKeys},
	*,
};
use crate::{config::Config, states::States, store::sqlite::inspection::Inspection, uploads::Free};
use serde_json::json;
use std::{io::ErrorKind, path::PathBuf};
use vouchsafe_client::{
	custodian::CustodianError,
	ipfs::inspection::{Addresses, Configuration, OneOrMore},
	messages::{About, Hex},
	signing::now,
};

const NOW: u64 = 1_700_000_000;
const GENESIS: [u8; 32] = [7; 32];

fn config() -> Config {
	Config::parse(include_str!("../../sample.toml")).unwrap()
}

/// Whether a finding is of this level and says this, and whether what is not good has a help.
fn expect(finding: &Finding, level: Level, says: &str) {
	assert_eq!(finding.level, level, "{finding}");
	assert!(finding.to_string().contains(says), "{finding} does not say {says}");
	let helps = matches!(level, Level::Bad | Level::Warning);
	assert_eq!(finding.help.is_some(), helps, "{finding}");
	assert_eq!(finding.to_string().lines().count(), 1);
}

fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

fn member(number: u8) -> Member {
	let url = format!("https://custodian.hospital-{number}.example");
	let custodian = Some((url, [number + 100; 32], [number + 200; 32]));
	Member { account: account(number), name: format!("Hospital {number}"), custodian }
}

/// A custodian in good health: that of the first of four members.
fn facts() -> node::Facts {
	node::Facts {
		genesis: GENESIS,
		is_local: false,
		version: format!("{}-abc", env!("CARGO_PKG_VERSION")),
		spec_version: 12,
		peers: 3,
		is_syncing: false,
		states: Some(States::All),
		best: Head { number: 101, time: NOW - 3 },
		finalized: Head { number: 100, time: NOW - 4 },
		now: NOW,
		validators: 4,
		members: (1..=4).map(member).collect(),
		account: Some(account(101)),
		own: Some(account(1)),
		keys: SessionKeys {
			validates: true,
			registered: true,
			in_force: true,
			held: Some(true),
			makes_blocks: true,
		},
	}
}

fn about(number: u8) -> About {
	About {
		version: env!("CARGO_PKG_VERSION").into(),
		genesis: Hex(GENESIS),
		institution: Some(Hex([number; 32])),
		account: Hex([number + 100; 32]),
		key: Hex([number + 200; 32]),
		next_key: None,
		content: true,
		max_content: 1,
		backup_days: 0,
		ready: true,
	}
}

fn sight(number: u8) -> Sight {
	let expires = Some(i64::try_from(NOW).unwrap() + 60 * 86_400);
	Sight { about: Some(about(number)), expires, ahead: Some(0) }
}

type Sights = Vec<Option<Result<Sight, CustodianError>>>;

fn sights() -> Sights {
	(1..=4).map(|number| Some(Ok(sight(number)))).collect()
}

fn own() -> Own {
	let good = json!({ "ok": true, "detail": "" });
	let ready = json!({ "ready": true, "index": good, "pins": good, "wallet": good });
	Own { about: Some(about(1)), ready }
}

fn unreachable() -> CustodianError {
	CustodianError::Unreachable("refused".into())
}

#[test]
fn the_levels_are_counted_and_aligned() {
	let findings = [
		Finding::good("a", "fine"),
		Finding::not_checked("b", "no node"),
		Finding::warning("c", "two\nlines\u{1b}[2J", "look"),
		Finding::bad("d", "broken", "mend"),
	];
	assert_eq!(
		text(&findings),
		"good         a: fine\nnot checked  b: no node\nwarning      c: two lines [2J -> look\n\
		 bad          d: broken -> mend\n\ngood: 1, warnings: 1, bad: 1, not checked: 1"
	);
	assert!(is_bad(&findings) && !is_bad(&findings[..3]));
	assert_eq!(
		serde_json::to_value(&findings[..2]).unwrap(),
		json!([
			{ "check": "a", "level": "good", "says": "fine" },
			{ "check": "b", "level": "not-checked", "says": "no node" },
		])
	);
}

#[test]
fn a_configuration_that_cannot_be_read_is_the_only_finding() {
	let folder = tempfile::tempdir().unwrap();
	let findings = examine(&folder.path().join("none"), None).unwrap();
	expect(&findings[0], Level::Bad, "can't read the configuration");
	assert_eq!(findings.len(), 1);
}

#[test]
fn modes_of_files() {
	let guarded = |forbidden| Guarded { path: "/k".into(), forbidden, right: 0o600 };
	let of = |modes: &[(u32, Result<u32, ErrorKind>)]| {
		machine::files(&modes.iter().map(|(bits, mode)| (guarded(*bits), *mode)).collect())
	};
	expect(&of(&[(0o077, Ok(0o600)), (0o022, Ok(0o644))]), Level::Good, "2 files");
	expect(&of(&[(0o077, Ok(0o644))]), Level::Bad, "(mode 644) -> chmod 600 /k");
	expect(&of(&[(0o077, Ok(0o604)), (0o022, Ok(0o664))]), Level::Bad, "and 1 more");
	expect(&of(&[(0o077, Err(ErrorKind::NotFound))]), Level::Bad, "does not exist");
	expect(&of(&[(0o077, Err(ErrorKind::PermissionDenied))]), Level::Warning, "cannot be seen");
}

#[test]
fn the_files_are_those_of_the_configuration_and_of_the_node() {
	let folder = tempfile::tempdir().unwrap();
	let chain = folder.path().join("chains/vouchsafe");
	std::fs::create_dir_all(chain.join("keystore")).unwrap();
	std::fs::create_dir_all(chain.join("network")).unwrap();
	std::fs::create_dir(folder.path().join("keystore")).unwrap();
	let by_node = ["keystore", "keystore/61757261", "network/secret_ed25519"];
	let by_packages = ["keystore", "keystore/6772616e", "node-key"];
	let places = by_node.map(|it| chain.join(it)).into_iter();
	let places: Vec<_> = places.chain(by_packages.map(|it| folder.path().join(it))).collect();
	for file in places.iter().filter(|path| !path.is_dir()) {
		std::fs::write(file, "secret").unwrap();
	}
	let mut config = config();
	let file = folder.path().join("custodian.toml");
	let named = |config: &Config| {
		let all = machine::paths(config, &file, Some(folder.path()));
		all.into_iter().map(|it| it.path).collect::<Vec<_>>()
	};
	let paths = named(&config);
	for path in places {
		assert!(paths.contains(&path), "{}", path.display());
	}
	assert!(paths.contains(&config.keys.file) && paths.contains(&file));
	config.keys.file = PathBuf::from(crate::keys::CREDENTIALS).join("key");
	assert_eq!(named(&config).len(), paths.len() - 1, "systemd keeps it");
}

fn stored() -> Stored {
	let facts = Inspection {
		journal: "wal".into(),
		damage: Some("ok".into()),
		genesis: Some(GENESIS),
		indexed: 90,
		backup: now() - 3_600,
		drill: now() - 86_400,
	};
	let free = Free { bytes: 1 << 40, inodes: 1 << 30 };
	Stored { facts: Ok(facts), disk: Ok(Disk { free, kind: 0xef53 }) }
}

fn stored_with(change: impl FnOnce(&mut Inspection, &mut Disk)) -> Stored {
	let mut stored = stored();
	change(stored.facts.as_mut().unwrap(), stored.disk.as_mut().unwrap());
	stored
}

#[test]
fn databases() {
	let of = |change: &dyn Fn(&mut Inspection, &mut Disk)| {
		let mut findings = machine::database(&stored_with(|facts, disk| change(facts, disk)));
		assert_eq!(findings.len(), 1);
		findings.remove(0)
	};
	expect(&of(&|_, _| ()), Level::Good, "not damaged");
	expect(&of(&|facts, _| facts.damage = None), Level::Good, "too short");
	expect(&of(&|facts, _| facts.damage = Some("page 3".into())), Level::Bad, "damaged: page 3");
	expect(&of(&|facts, _| facts.journal = "delete".into()), Level::Bad, "its journal is delete");
	expect(&of(&|_, disk| disk.kind = 0x0102_1994), Level::Bad, "in memory");
	expect(&of(&|_, disk| disk.kind = 0x6969), Level::Bad, "network disk");
	let none = Stored { facts: Err("can't open it".into()), ..stored() };
	expect(&machine::database(&none)[0], Level::Bad, "can't open it");
}

#[test]
fn room_on_the_disk() {
	let store = config().store;
	let of = |bytes, inodes| {
		machine::room(&store, &stored_with(|_, disk| disk.free = Free { bytes, inodes }))
	};
	let (reserve, inodes) = (store.reserve, store.reserve_inodes);
	expect(&of(2 * reserve, 2 * inodes), Level::Good, "2.0 GiB free");
	expect(&of(2 * reserve, u64::MAX), Level::Good, "1.0 GiB are reserved");
	expect(&of(2 * reserve - 1, 2 * inodes), Level::Warning, "make room");
	expect(&of(2 * reserve, 2 * inodes - 1), Level::Warning, "make room");
	expect(&of(reserve, inodes), Level::Warning, "make room");
	expect(&of(reserve - 1, 2 * inodes), Level::Bad, "content is refused");
	expect(&of(2 * reserve, inodes - 1), Level::Bad, "content is refused");
	let none = Stored { disk: Err("gone".into()), ..stored() };
	expect(&machine::room(&store, &none), Level::Bad, "gone");
}

#[test]
fn backups_and_drills() {
	let days = |days: u64| now() - days * 86_400;
	let of = |backup, drill, kept_days| {
		let stored = stored_with(|facts, _| (facts.backup, facts.drill) = (backup, drill));
		machine::backups(kept_days, &stored)
	};
	let good = of(days(1), days(89), 30);
	expect(&good[0], Level::Good, "backup: the last one was 1 days ago");
	expect(&good[1], Level::Good, "drill: the last one was 89 days ago");
	expect(&of(days(2), days(1), 30)[0], Level::Warning, "2 days ago");
	expect(&of(days(1), days(90), 30)[1], Level::Warning, "90 days ago");
	expect(&of(0, 0, 30)[0], Level::Warning, "none yet");
	let none = of(0, 0, 0);
	expect(&none[0], Level::Warning, "no backup was made yet: if the disk fails");
	assert_eq!(none.len(), 1);
}

fn kubo_facts() -> kubo::Facts {
	let address = "/ip4/127.0.0.1/tcp/5001";
	kubo::Facts {
		version: "0.43.0".into(),
		syncs: Some(true),
		peers: 2,
		configuration: Configuration {
			addresses: Addresses {
				api: OneOrMore::One(address.into()),
				gateway: OneOrMore::One(String::new()),
			},
			bootstrap: Some(vec![]),
		},
		swarm_key: "/ipfs/swarm.key".into(),
		mode: Ok(0o600),
	}
}

/// Kubo's two findings, if its RPC is configured at this address.
fn of_kubo(url: &str, change: impl FnOnce(&mut kubo::Facts)) -> Vec<Finding> {
	let mut facts = kubo_facts();
	change(&mut facts);
	let mut config = config().kubo.unwrap();
	config.url = url.into();
	kubo::check(Some(&config), &Ok(Some(facts)))
}

#[test]
fn kubo_runs_and_is_private() {
	const LOCAL: &str = "http://127.0.0.1:5001";
	let good = of_kubo(LOCAL, |_| ());
	expect(&good[0], Level::Good, "version 0.43.0, 2 peers");
	expect(&good[1], Level::Good, "a private swarm");
	expect(&of_kubo(LOCAL, |it| it.syncs = Some(false))[0], Level::Bad, "does not sync");
	expect(&of_kubo(LOCAL, |it| it.peers = 0)[0], Level::Warning, "without peers");
	let privacy = |change: &dyn Fn(&mut kubo::Facts)| of_kubo(LOCAL, change).remove(1);
	let one = |address: &str| OneOrMore::One(address.into());
	let gateway = "/ip4/127.0.0.1/tcp/8080";
	let open = privacy(&|it| it.configuration.addresses.gateway = one(gateway));
	expect(&open, Level::Bad, "a gateway at /ip4/127.0.0.1/tcp/8080");
	let strangers = privacy(&|it| it.configuration.bootstrap = Some(vec!["auto".into()]));
	expect(&strangers, Level::Bad, "strangers' nodes (auto)");
	expect(&privacy(&|it| it.mode = Err(ErrorKind::NotFound)), Level::Bad, "the public network");
	expect(&privacy(&|it| it.mode = Ok(0o644)), Level::Bad, "chmod 600 /ipfs/swarm.key");
	for kind in [ErrorKind::PermissionDenied, ErrorKind::Unsupported] {
		expect(&privacy(&|it| it.mode = Err(kind)), Level::Warning, "cannot be seen");
	}
	for wide in ["/ip4/0.0.0.0/tcp/5001", "/ip6/::/tcp/5001", "/dns/kubo/tcp/5001"] {
		let both = OneOrMore::More(vec!["/ip4/127.0.0.1/tcp/5001".into(), wide.into()]);
		let found = privacy(&|it| it.configuration.addresses.api = both.clone());
		expect(&found, Level::Bad, wide);
	}
	let container = of_kubo("http://kubo:5001", |it| {
		it.configuration.addresses.api = one("/ip4/0.0.0.0/tcp/5001");
	});
	expect(&container[1], Level::Warning, "over a network");
}

#[test]
fn kubo_is_absent() {
	let config = config().kubo.unwrap();
	let silent = kubo::check(Some(&config), &Err("refused".into()));
	expect(&silent[0], Level::Bad, "http://127.0.0.1:5001: refused -> systemctl status kubo");
	expect(&silent[1], Level::NotChecked, "Kubo does not answer");
	expect(&kubo::check(None, &Ok(None))[0], Level::Good, "none is configured");
}

/// The finding of this name about the node.
fn of_node(name: &str, change: impl FnOnce(&mut node::Facts)) -> Finding {
	let mut facts = facts();
	change(&mut facts);
	let mut findings = node::check("ws://n", Some(GENESIS), &Ok(facts));
	let place = findings.iter().position(|finding| finding.check == name).unwrap();
	findings.remove(place)
}

#[test]
fn nodes() {
	for finding in node::check("ws://n", Some(GENESIS), &Ok(facts())) {
		expect(&finding, Level::Good, "");
	}
	expect(&of_node("node", |it| it.peers = 0), Level::Bad, "no peers");
	let alone = of_node("node", |it| (it.peers, it.validators) = (0, 1));
	expect(&alone, Level::Good, "0 peers");
	expect(&of_node("chain", |it| it.genesis = [8; 32]), Level::Bad, "set chain.node");
	let unsure = node::check("ws://n", None, &Ok(facts()));
	expect(&unsure[1], Level::Warning, "nothing says that this is the right one");
	let states = |found| of_node("states", |it| it.states = found);
	let left = |hours: u64| Some(States::Since { oldest: 9, left: hours * 3600 });
	expect(&states(left(48)), Level::Good, "48 hours more");
	expect(&states(left(47)), Level::Warning, "47 hours more");
	let gone = states(Some(States::Gone { oldest: 9, indexed: 0 }));
	expect(&gone, Level::Bad, "the blocks 1 to 8 can't be indexed");
	expect(&states(None), Level::NotChecked, "not known what is indexed");
	expect(&of_node("registration", |it| it.own = None), Level::Bad, "names no active institution");
	let suspended = of_node("registration", |it| it.members.clear());
	expect(&suspended, Level::Bad, "names no active institution");
	let unknown = of_node("registration", |it| it.account = None);
	expect(&unknown, Level::NotChecked, "account is not known");
}

#[test]
fn a_node_that_does_not_answer_is_one_bad_line() {
	let findings = node::check("ws://n", Some(GENESIS), &Err("refused".into()));
	expect(&findings[0], Level::Bad, "ws://n: refused -> systemctl status vouchsafe-node");
	let others = &findings[1..];
	assert!(!others.is_empty() && others.iter().all(|it| it.level == Level::NotChecked));
}

#[test]
fn blocks_are_made_and_become_final() {
	let of = |ahead, change: &dyn Fn(&mut node::Facts)| {
		let mut facts = facts();
		change(&mut facts);
		node::blocks(&facts, ahead).remove(0)
	};
	expect(&of(0, &|_| ()), Level::Good, "101 is the newest, 3 s old; 100 is final");
	expect(&of(0, &|it| it.is_syncing = true), Level::Warning, "catching up");
	expect(&of(0, &|it| it.best.time = NOW - 30), Level::Good, "30 s old");
	expect(&of(0, &|it| it.best.time = NOW - 31), Level::Bad, "is 31 s old");
	expect(&of(0, &|it| it.finalized.time = NOW - 60), Level::Good, "final");
	expect(&of(0, &|it| it.finalized.time = NOW - 61), Level::Bad, "vouchsafe council validators");
	// The clock is wrong, and not the chain.
	expect(&of(-300, &|it| it.now = NOW + 300), Level::Good, "3 s old");
	expect(&of(300, &|it| it.now = NOW - 300), Level::Good, "3 s old");
}

#[test]
fn session_keys() {
	let of = |change: &dyn Fn(&mut SessionKeys)| of_node("session keys", |it| change(&mut it.keys));
	expect(&of(&|it| it.validates = false), Level::Good, "not needed");
	expect(&of(&|it| it.registered = false), Level::Bad, "without keys");
	expect(&of(&|it| it.held = Some(false)), Level::Bad, "validator rotate");
	expect(&of(&|it| it.in_force = false), Level::Warning, "not in force yet");
	expect(&of(&|it| it.held = None), Level::Good, "make blocks");
	let silent = of(&|it| (it.held, it.makes_blocks) = (None, false));
	expect(&silent, Level::Warning, "have made no block yet");
	let stranger = of_node("session keys", |it| it.own = None);
	expect(&stranger, Level::NotChecked, "names no institution");
}

#[test]
fn the_custodian_itself() {
	let api = config().api;
	let of = |name: &str| {
		let mut own = own();
		own.ready[name] = json!({ "ok": false, "detail": "why" });
		custodians::running(&api, &Ok(own))
	};
	expect(&custodians::running(&api, &Ok(own())), Level::Good, "http://127.0.0.1:8701");
	expect(&of("index"), Level::Bad, "index: why");
	expect(&of("wallet"), Level::Warning, "wallet: why");
	expect(&of("kubo"), Level::Good, "it runs");
	let down = custodians::running(&api, &Err("refused".into()));
	expect(&down, Level::Bad, "systemctl status vouchsafe-custodian");
	let mut wide = api;
	wide.monitoring_listen = "0.0.0.0:1".parse().unwrap();
	expect(&custodians::running(&wide, &Ok(own())), Level::Good, "http://127.0.0.1:1");
}

#[test]
fn clocks() {
	let of = |ahead: Option<i64>, change: &dyn Fn(&mut node::Facts)| {
		let (mut facts, mut all) = (facts(), sights());
		change(&mut facts);
		for sight in all.iter_mut().flatten().flatten() {
			sight.ahead = ahead;
		}
		custodians::clock(&facts, &Seen::of(all))
	};
	for good in [-2, 0, 2] {
		expect(&of(Some(good), &|_| ()), Level::Good, "within 2 s");
	}
	expect(&of(Some(3), &|_| ()), Level::Warning, "3 s behind");
	expect(&of(Some(-5), &|_| ()), Level::Warning, "5 s ahead of");
	expect(&of(Some(6), &|_| ()), Level::Bad, "6 s behind the other members' -> timedatectl");
	expect(&of(Some(-6), &|_| ()), Level::Bad, "6 s ahead");
	expect(&of(None, &|it| it.best.time = NOW + 3), Level::Bad, "3 s ahead of it");
	expect(&of(None, &|_| ()), Level::Good, "3 s old by it");
	expect(&of(None, &|it| it.best.time = NOW - 31), Level::NotChecked, "no other machine");
	// Its own clock at its own address, and one liar among three, say nothing.
	let mut all = sights();
	for (place, ahead) in [(0, 1_000), (1, 1_000)] {
		if let Some(Ok(sight)) = &mut all[place] {
			sight.ahead = Some(ahead);
		}
	}
	expect(&custodians::clock(&facts(), &Seen::of(all)), Level::Good, "within 2 s");
}

#[test]
fn the_address_on_the_chain() {
	let of = |change: &dyn Fn(&mut node::Facts, &mut Sights)| {
		let (mut facts, mut all) = (facts(), sights());
		change(&mut facts, &mut all);
		custodians::address(&facts, Some(&own()), &Seen::of(all))
	};
	let seen =
		|sight: Result<Sight, CustodianError>| of(&move |_, all| all[0] = Some(sight.clone()));
	expect(&of(&|_, _| ()), Level::Good, "good for 60 days");
	let mut soon = sight(1);
	soon.expires = Some(i64::try_from(NOW).unwrap() + 14 * 86_400);
	expect(&seen(Ok(soon)), Level::Warning, "renew");
	let expired = CustodianError::Certificate("it has expired".into());
	expect(&seen(Err(expired)), Level::Bad, "the certificate is refused: it has expired");
	expect(&seen(Err(unreachable())), Level::Bad, "look at the proxy, DNS and the firewall");
	expect(&seen(Ok(sight(2))), Level::Bad, "another custodian answers");
	let nobody = Sight { about: None, ..sight(1) };
	expect(&seen(Ok(nobody)), Level::Bad, "something else");
	let mut other_key = sight(1);
	other_key.about.as_mut().unwrap().key = Hex([9; 32]);
	expect(&seen(Ok(other_key.clone())), Level::Bad, "not the one on the chain");
	other_key.about.as_mut().unwrap().next_key = Some(Hex([201; 32]));
	expect(&seen(Ok(other_key)), Level::Good, "good for");
	let plain = |is_local| {
		of(&move |facts, all| {
			facts.is_local = is_local;
			facts.members[0].custodian.as_mut().unwrap().0 = "http://127.0.0.1:8700".into();
			all[0] = Some(Ok(Sight { expires: None, ..sight(1) }));
		})
	};
	expect(&plain(true), Level::Good, "without TLS on a network for development");
	expect(&plain(false), Level::Bad, "without TLS, so clients do not use it");
	expect(&of(&|facts, _| facts.own = None), Level::NotChecked, "no address");
}

#[test]
fn other_members() {
	let of = |change: &dyn Fn(&mut node::Facts, &mut Sights)| {
		let (mut facts, mut all) = (facts(), sights());
		change(&mut facts, &mut all);
		custodians::members(&facts, &Seen::of(all))
	};
	let good = of(&|_, _| ());
	assert_eq!(good.len(), 3);
	for finding in good {
		expect(&finding, Level::Good, "https://custodian.hospital-");
	}
	let one_away = of(&|_, all| all[2] = Some(Err(unreachable())));
	expect(&one_away[1], Level::Warning, "member Hospital 3: https://custodian.hospital-3.example");
	expect(&one_away[0], Level::Good, "Hospital 2");
	let other = of(&|_, all| all[3] = Some(Ok(sight(2))));
	expect(&other[2], Level::Bad, "another custodian answers");
	let all_away = of(&|_, all| {
		for seen in all.iter_mut().skip(1) {
			*seen = Some(Err(unreachable()));
		}
	});
	expect(&all_away[0], Level::Bad, "none of 3 custodians is reached");
	assert_eq!(all_away.len(), 1);
	let alone = of(&|facts, all| {
		facts.members.truncate(1);
		all.truncate(1);
	});
	expect(&alone[0], Level::Warning, "no other member");
}

#[test]
fn versions() {
	let of = |change: &dyn Fn(&mut node::Facts, &mut Own, &mut Sights)| {
		let (mut facts, mut own, mut all) = (facts(), own(), sights());
		change(&mut facts, &mut own, &mut all);
		custodians::versions(&facts, Some(&own), &Seen::of(all))
	};
	expect(&of(&|_, _, _| ()), Level::Good, "everywhere, runtime 12");
	let old = "0.0.1".to_owned();
	let not_restarted = of(&|_, own, _| own.about.as_mut().unwrap().version = old.clone());
	expect(&not_restarted, Level::Warning, "systemctl restart vouchsafe-custodian");
	expect(&of(&|facts, _, _| facts.version = old.clone()), Level::Warning, "the node is 0.0.1");
	let elsewhere = of(&|_, _, all| {
		if let Some(Ok(sight)) = &mut all[1] {
			sight.about.as_mut().unwrap().version = old.clone();
		}
	});
	expect(&elsewhere, Level::Warning, "elsewhere: Hospital 2 0.0.1");
}
