// The page opens in each language, light and dark.

import assert from "node:assert/strict";

async function opens_in_each_language(harness) {
	for (const language of ["en", "de", "id"]) {
		for (const dark of [false, true]) {
			const profile = `first-${language}-${dark}`;
			const wallet = await harness.openWallet(profile, { language, dark });
			await wallet.page.getByRole("heading").first().waitFor();
			assert.equal(await wallet.page.evaluate(() => document.documentElement.lang), language);
			await wallet.check("first");
			await harness.closeProfile(profile);
		}
	}
}

async function fits_a_narrow_screen_and_a_desktop(harness) {
	for (const device of ["narrow", "desktop"]) {
		const wallet = await harness.openWallet(device, { device });
		await wallet.page.getByRole("heading").first().waitFor();
		const [wide, shown] = await wallet.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
		assert.ok(wide <= shown, `the page is ${wide} wide on a screen of ${shown}`);
		await wallet.check("first");
		await harness.closeProfile(device);
	}
}

export default [
	opens_in_each_language,
	fits_a_narrow_screen_and_a_desktop,
];
