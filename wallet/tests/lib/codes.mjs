// QR codes that are not what the wallet asks for, and pictures of codes.

/** Of another product: https://example.org/menu */
export const foreign = code(
	"fe3abf8826da08bac8ae8baa62e8baf0ae882df208feaabf800e2800be6c3e079b451023cf958b903b08c7df6b88dc49509a" +
	"7b3d8b193f889a3efa000898c0fe2aab882ca8c8baaffa0bacd6f8bac70688200dc8fee67f8",
);

/** Longer than any code of Vouchsafe. */
export const tooLarge = code(
	"fe0d2e838f5729d5c03f88207e989a320d63abba08bae73e1cef05b04936ae8bad6c058f1e28bc546ae8bacaaffdce1cfe3e" +
	"882e882ae2888d1a58d61f1208feaaaaaaaaaaaaaaaabf800b4338e58fb8a8e1d000be742bfd8f56fdf1a53e000b49e3ea32" +
	"05258fb5208225b41ddccf6a07de26049744e3b2334842a39558271dad8050a8f0cd471a0c583880f4c5b1f33a4e18ee55cf" +
	"902f0480c838af09cb2224d71e31bd5c3d009ebdafe58e1dce3e9c2a8b952fa5071a4f46973870a2af2f34d8fa5387044881" +
	"d8011390f57ac78adf384f7107eea32053c17310094b378575ccf2b16cfea05e8d5ea3a334842a38938ad5d68b550a8d0cd4" +
	"60c0efe89afd4c5bff33a5f98a8b0758c2f0588c8388f0aab990ac71e2abd5c2a8008ae1d8b8e1c8e3e9d8a84fde84f8f1a5" +
	"fc6973ff09961c26558fb7b8705e480f82361d8f568478acb3850db488ca320ff81365c0bf2c0a025ccf0950a9a20c967eeb" +
	"3a334924c5a1b8b3e9f3e450a976af054c04da891cbcc5ba935e6f18fe31d8802f04dcaa3897010f53b5371e221d5c76987b" +
	"6360b50e1d9e3abc930a5730539dcce4849310f066b983a623357bc543e40b9e74a6f50a8863e8cb386af9f1bd4c5af5e170" +
	"5c0e8ea86e4d8fb9b168fa20f6ac53e2cf5604683c1b8a11ae46ac321fac9630c8aba1820bdcce2b1f46910a5f566972335d" +
	"5a320f681fb4aeff50a9f85ccff98a8c9aa8fcc5b8fa3358d8fa86bead2f05a9d828ab0d8dfff8f71e28bd5c28a03f8821f9" +
	"0e1cfe3e9dfc8492f169071a4b46972af03a3674c058fb0b8705f481d9ab82e0f56d478ad8b8c2aec6c223216bc1726c068a" +
	"f22845ccf8316ce940febf38b8a334f42a39018b8e73a00d0a818cd47f80ef882a05cc5b8733a4398e1325e6baf0478c838a" +
	"f0160f645a71e32bd5c2b00bc898abb0e1cd63e9d1282fa3dccc71a4b469725700143422558fb6b8705fc84fca769c0f5694" +
	"78ac0383548345223210bc1737c08762d411dccfa316ce920881a44f32334d42a388b873f03ee450a878cd47640447e69344" +
	"c5b8773e0b187241f3fc2f04fa8e1dff000ad7689f1e38df1a5880fe2ac3a80e1daa58fbaa882bbed8c71a58a4b128f0bad7" +
	"19fbd8fafbc542fc8baf82c0a8f56fe3e8cdb0bab1a41ba3200de1732508254a5a4af0593168c9a8fe930f0571e274683d4a" +
	"0",
);

/** A person's code, where a registration desk's is needed. */
export const person = code(
	"fe3bb713f8825c513a08ba5bc2bae8ba7cd162e8ba32cadae8829ef25208feaaaaabf80034ce980096e0a58d002c235c4e58" +
	"231050a5200d5e85ee88a334a520809d3c4b6fb8c35da76a38181b4d0fa08e02de911818704feb98a3fad9ac007df0dd2e30" +
	"13bea1eb9004fcf650807b96d226381c0b0cee8826464aee3868387f8dc0aee8670a88796ccc8880da54d81ff000a942e8a0" +
	"fe30dcca8882fe8298c8ba6445efb8ba9fe44488ba3899a08882452fd948fef80cb228",
);

/** The text of a registration desk's code of another chain, whose genesis block is 0x0707… */
export const otherChain =
	"VOUCHSAFE1:AEDQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIB" +
	"AEAQCAIBAEAQCAIABEGQ5DUOA5C6L3MN5RWC3DIN5ZXIORRABLYN5AAAAAAAH4RZUDQ";

/** Rows of modules, dark as `1`, from their hexadecimal digits. */
function code(hex) {
	const bits = [...hex].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
	// Each row is filled up to whole digits.
	for (let size = 21; size <= 177; size += 4) {
		const width = Math.ceil(size / 4) * 4;
		if (bits.length !== size * width) continue;
		return Array.from({ length: size }, (_, y) => bits.slice(y * width, y * width + size));
	}
	throw new Error("not a code");
}

/** A picture of a code as PNG: dark on light, with its margin. `scale` is the points of a module. */
export async function picture(harness, rows, scale = 8) {
	const context = await harness.browser.newContext();
	try {
		const page = await context.newPage();
		const base64 = await page.evaluate(
			async ([modules, points]) => {
				const side = (modules.length + 8) * points;
				const canvas = new OffscreenCanvas(side, side);
				const drawing = canvas.getContext("2d");
				drawing.fillStyle = "#fff";
				drawing.fillRect(0, 0, side, side);
				drawing.fillStyle = "#000";
				for (const [y, row] of modules.entries()) {
					for (const [x, module] of [...row].entries()) {
						if (module === "1") drawing.fillRect((x + 4) * points, (y + 4) * points, points, points);
					}
				}
				const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
				return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
			},
			[rows, scale],
		);
		return Buffer.from(base64, "base64");
	} finally {
		await context.close();
	}
}
