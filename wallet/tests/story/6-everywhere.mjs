// The same wallet locked, in other languages and colours, by keyboard, on a second device, offline.

import assert from "node:assert/strict";
import { begin, opens } from "../lib/story.mjs";
import { PatientsPage } from "../lib/person.mjs";

const again = "I should like to see the <b>wrist</b> once more";
const name = "Dr. Ayu Lestari";

async function a_locked_wallet_opens_only_with_its_passphrase(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	await ada.show("settings", "page-settings-heading");
	await ada.button("page-lock-now").click();
	await ada.heading("page-lock-locked").waitFor();
	await ada.wallet.check("locked");
	await ada.unlock("not this passphrase");
	await ada.page.locator(".error").filter({ hasText: /\S/ }).waitFor();
	await ada.wallet.check("locked-wrong");
	await ada.unlock();
	await ada.heading("page-settings-heading").waitFor();
	await ada.show(`document/${story.discharge.slice(2)}`);
	await ada.page.getByText(ada.text("page-records-not-opened")).waitFor();
	await ada.wallet.check("document-closed");
	await ada.openRecords();
}

async function a_doctor_gets_a_name_that_only_the_patient_sees(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	const to = ["--to", `${story.doctor}@${story.hospital}`, "--institution", story.hospital, "--reason", again];
	const asked = await people.doctor.run("request", "submit", "--patient", story.address, ...to, "--category", "discharge,imaging");
	Object.assign(story, { request: asked.request, again, name });
	await ada.show(`request/${story.request}`, "page-request-heading");
	await ada.page.locator(".person details summary").first().click();
	await ada.field("page-person-own-name").fill(name);
	await ada.field("page-person-own-name").press("Enter");
	await ada.page.locator(".person-name").getByText(name).waitFor();
}

const screens = (story) => [
	["", "page-home-heading", "home"],
	["requests", "page-requests-heading", "requests"],
	[`request/${story.request}`, "page-request-heading", "request"],
	["consents", "page-consents-heading", "consents"],
	["consent/new", "page-consent-new-heading", "consent-form"],
	["studies", "page-studies-heading", "studies"],
	["access", "page-access-heading", "access"],
	["stop", "page-stop-heading", "stop"],
	["records", "page-records-heading", "records"],
	[`record/${story.discharge.slice(2)}`, null, "record"],
	[`document/${story.discharge.slice(2)}`, null, "document"],
	["add", "page-upload-heading", "add"],
	[`note/${story.discharge.slice(2)}`, "page-record-wrong", "note"],
	[`labels/${story.discharge.slice(2)}`, "page-record-labels-name", "labels"],
	["kept", "page-records-offline", "kept"],
	["log", "page-log-heading", "log"],
	["hospitals", "page-hospitals-heading", "hospitals"],
	["settings", "page-settings-heading", "settings"],
];

/** How the patient's consents begin. */
const PERMITS = { en: /I allow/, de: /Ich erlaube/, id: /Saya mengizinkan/ };
const NAMES = { en: "English", de: "Deutsch", id: "Bahasa Indonesia" };
const DESKTOP = { width: 1280, height: 800 };

/** In `make test` one language in one scheme, on a phone. The facts' `matrix` asks for all. */
async function each_screen_in_other_languages_and_colours_has_no_findings(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	const phone = ada.page.viewportSize();
	const [languages, schemes, devices] = facts.matrix
		? [["en", "de", "id"], ["light", "dark", "forced"], ["phone", "desktop"]]
		: [["id"], ["dark"], ["phone"]];
	for (const language of languages) {
		await inLanguage(ada, language);
		for (const scheme of schemes) {
			await ada.page.emulateMedia({
				colorScheme: scheme === "dark" ? "dark" : "light",
				forcedColors: scheme === "forced" ? "active" : "none",
			});
			for (const device of devices) {
				await ada.page.setViewportSize(device === "phone" ? phone : DESKTOP);
				Object.assign(ada.wallet.options, { dark: scheme === "dark", device });
				await eachScreen(ada, story, scheme === "forced" ? "forced-" : "");
			}
		}
		await ada.show("consents");
		assert.match(await ada.says(), PERMITS[language]);
	}
	await ada.page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
	await ada.page.setViewportSize(phone);
	Object.assign(ada.wallet.options, { dark: false, device: "phone" });
	await inLanguage(ada, "en");
}

async function inLanguage(ada, language) {
	await ada.show("settings", "page-settings-heading");
	await ada.page.getByRole("radio", { name: NAMES[language], exact: true }).check();
	ada.language = language;
	ada.wallet.options = { ...ada.wallet.options, language };
	await ada.heading("page-settings-heading").waitFor();
}

async function eachScreen(ada, story, prefix) {
	for (const [route, heading, name] of screens(story)) {
		await ada.show(route, heading);
		assert.equal(await ada.page.locator("main .box-bad").count(), 0, `${name} shows a failure`);
		await ada.wallet.check(prefix + name);
		await fits(ada.page, name);
	}
}

/** At 400 % on a desktop: nothing has to be scrolled sideways. */
async function fits(page, name) {
	const size = page.viewportSize();
	await page.setViewportSize({ width: 320, height: 640 });
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	await page.setViewportSize(size);
	assert.ok(width <= 320, `${name} is ${width} wide`);
}

async function what_a_newcomer_sees_is_in_each_language(harness) {
	for (const language of ["de", "id"]) {
		const wallet = await harness.openWallet(`newcomer-${language}`, { language });
		const newcomer = new PatientsPage(wallet, "");
		await newcomer.heading("page-welcome-heading").waitFor();
		await wallet.check("welcome");
		for (const [route, heading] of [["new", "page-words-heading"], ["restore", "page-restore-heading"], ["lost"]]) {
			await newcomer.show(route, heading);
			await wallet.check(route);
			await fits(newcomer.page, route);
		}
		await harness.closeProfile(`newcomer-${language}`);
	}
}

async function a_passkey_unlocks(harness, facts) {
	const { ada } = await begin(harness, facts);
	const remove = await ada.wallet.virtualAuthenticator();
	await ada.show("settings", "page-settings-heading");
	await ada.button("page-settings-passkey-add").click();
	const added = ada.page.getByRole("button", { name: `${ada.text("page-remove")}: Passkey 1` });
	await ada.confirm(added);
	await ada.button("page-lock-now").click();
	await ada.button("page-unlock-passkey").click();
	await ada.heading("page-settings-heading").waitFor();
	await ada.wallet.check("settings-passkey");
	await added.click();
	await added.waitFor({ state: "detached" });
	await remove();
}

async function a_request_is_approved_by_keyboard_alone(harness, facts) {
	const { ada, story, people } = await begin(harness, facts);
	await ada.show("", "page-home-heading");
	const { page, wallet } = ada;
	const press = async (name) => {
		await wallet.tabTo(name);
		await page.keyboard.press("Enter");
	};
	await press(new RegExp(ada.text("page-nav-requests")));
	await ada.heading("page-requests-heading").waitFor();
	await page.getByText(again).waitFor();
	await press(new RegExp(name));
	await ada.heading("page-request-heading").waitFor();
	await page.locator(".preview").waitFor();
	await press(ada.text("page-request-approve"));
	await ada.sheet.locator(".sheet-action button").waitFor();
	await press(await ada.sheet.locator(".sheet-action button").innerText());
	const done = ada.sheet.getByRole("button", { name: ada.text("page-done") });
	const passphrase = ada.sheet.locator("input");
	await passphrase.or(done).first().waitFor();
	if (await passphrase.isVisible()) {
		await page.keyboard.type(ada.passphrase);
		await page.keyboard.press("Enter");
	}
	await done.waitFor();
	await page.keyboard.press("Enter");
	await ada.sheet.waitFor({ state: "detached" });
	await opens(people.doctor, story, story.imaging);
}

/** What a tab has in memory is the truth only while no other one changes it. */
async function only_one_tab_has_the_wallet_open(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("", "page-home-heading");
	const wallet = await harness.openWallet("ada");
	const second = new PatientsPage(wallet, ada.passphrase);
	await second.unlock();
	await second.heading("page-home-heading").waitFor();
	await ada.heading("page-lock-locked").waitFor();
	await ada.unlock();
	await ada.heading("page-home-heading").waitFor();
	await second.heading("page-lock-locked").waitFor();
	await second.page.close();
}

async function a_page_closed_while_it_signs_loses_nothing(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("consent/new", "page-consent-new-heading");
	await ada.page.getByRole("radio", { name: "Hospital C" }).first().check();
	await ada.page.getByRole("radio", { name: ada.text("page-consent-why-any") }).check();
	await ada.button("page-consent-review").click();
	await ada.sheet.locator(".sentence").waitFor();
	const sent = ada.page.context().waitForEvent("requestfinished", (request) => request.url().endsWith("/v1/chain/submit"));
	await ada.sheet.locator(".sheet-action button").click();
	const passphrase = ada.sheet.locator("input");
	const settled = passphrase.or(ada.sheet.locator(".busy")).first();
	await settled.waitFor();
	if (await passphrase.isVisible()) {
		await passphrase.fill(ada.passphrase);
		await passphrase.press("Enter");
	}
	await sent;
	ada.wallet.expectErrors(/./);
	await ada.page.reload();
	await ada.unlock();
	await ada.show("consents", "page-consents-heading");
	const card = ada.page.locator("article.consent").filter({ hasText: "Hospital C" });
	await card.waitFor();
	await card.getByRole("button", { name: ada.text("page-revoke") }).click();
	await ada.sign();
	await card.waitFor({ state: "hidden" });
}

async function the_words_restore_everything_on_a_second_device(harness, facts) {
	const { ada, story } = await begin(harness, facts);
	const wallet = await harness.openWallet("second", { device: "desktop" });
	const second = new PatientsPage(wallet, "another passphrase for this one");
	await second.link("page-welcome-restore").click();
	await second.field("page-restore-words").check();
	await second.field("page-check-words").fill(story.words.join(" "));
	await second.field("page-passphrase-new").fill(second.passphrase);
	await second.field("page-create-passphrase-repeat").fill(second.passphrase);
	await wallet.check("restore");
	await second.button("page-restore-button").click();
	await second.heading("page-home-heading").waitFor();
	await second.page.getByText(second.text("page-proof-complete"), { exact: true }).waitFor();
	await wallet.check("home");
	for (const [route, heading] of [["consents", "page-consents-heading"], ["records", "page-records-heading"]]) {
		await Promise.all([ada.show(route, heading), second.show(route, heading)]);
		const list = (one) => one.page.locator("main article .sentence, main .row-check").evaluateAll((all) => all.map((one) => one.textContent));
		assert.deepEqual(await list(second), await list(ada));
		assert.notEqual((await list(second)).length, 0);
		await wallet.check(route);
	}
	await second.show("access", "page-access-heading");
	await second.page.getByText(name).first().waitFor();
	await wallet.check("access");
}

async function offline_the_last_state_stays_and_nothing_is_signed(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("consents", "page-consents-heading");
	ada.wallet.expectErrors(/./);
	await ada.wallet.installed();
	await ada.wallet.offline();
	await ada.page.locator("article.consent").first().getByRole("button", { name: ada.text("page-revoke") }).click();
	await ada.page.locator("main .box-bad").waitFor();
	assert.equal(await ada.sheet.count(), 0);
	await ada.page.getByText(ada.text("page-offline-no-signing")).first().waitFor();
	assert.match(await ada.says(), /as of \d+ \w+ \d{4}/);
	await ada.wallet.check("offline");
	await ada.wallet.offline(false);
	await ada.page.getByText(ada.text("page-offline-heading")).first().waitFor({ state: "detached" });
}

async function a_reload_offline_shows_the_last_proven_state(harness, facts) {
	const { ada } = await begin(harness, facts);
	await ada.show("", "page-home-heading");
	ada.wallet.expectErrors(/./);
	await ada.wallet.offline();
	await ada.page.reload();
	await ada.unlock();
	await ada.heading("page-home-heading").waitFor();
	await ada.page.getByText(ada.text("page-offline-heading")).first().waitFor();
	assert.match(await ada.says(), /as of \d+ \w+ \d{4}/);
	await ada.show("consents", "page-consents-heading");
	await ada.page.locator("article.consent").first().waitFor();
	await ada.wallet.check("offline-reloaded");
	await ada.wallet.offline(false);
	await ada.page.getByText(ada.text("page-offline-heading")).first().waitFor({ state: "detached" });
}

export default [
	a_locked_wallet_opens_only_with_its_passphrase,
	a_doctor_gets_a_name_that_only_the_patient_sees,
	each_screen_in_other_languages_and_colours_has_no_findings,
	what_a_newcomer_sees_is_in_each_language,
	a_passkey_unlocks,
	a_request_is_approved_by_keyboard_alone,
	only_one_tab_has_the_wallet_open,
	a_page_closed_while_it_signs_loses_nothing,
	the_words_restore_everything_on_a_second_device,
	offline_the_last_state_stays_and_nothing_is_signed,
	a_reload_offline_shows_the_last_proven_state,
];

/** Only `make test-wallet` runs these. */
export const more = [what_a_newcomer_sees_is_in_each_language];
