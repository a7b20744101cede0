// A slow phone: a line of 1.6 Mbit/s with 150 ms in front of the wallet's server, and a sixth of a
// processor for everything that renders or runs a worker. The browser's own throttles leave out
// workers, where the core runs.

import { createServer, connect } from "node:net";

const RATE = (1.6 * 1000 * 1000) / 8 / 1000; // bytes in a millisecond
const ONE_WAY = 75; // ms
const PERIOD = 30; // ms, of which a process runs a sixth

/** The same server behind a slow line. Resolves to its `address` and `stop`. */
export async function slowLine(address) {
	const { hostname, port } = new URL(address);
	let free = 0;
	const sockets = new Set();
	const server = createServer((near) => {
		const far = connect(Number(port), hostname);
		forward(near, far, () => 0);
		forward(far, near, (size) => size / RATE);
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on("close", () => sockets.delete(socket)).on("error", () => [near, far].forEach((end) => end.destroy()));
		}
	});
	/** Hands on each piece when the line has carried it, and ends after the last one. */
	function forward(from, to, duration) {
		const later = (time, action) => setTimeout(action, Math.max(0, time - performance.now()) + ONE_WAY);
		let last = 0;
		from.on("data", (piece) => {
			last = free = Math.max(free, performance.now()) + duration(piece.length);
			later(last, () => to.writable && to.write(piece));
		});
		from.on("end", () => later(last, () => to.end()));
	}
	await new Promise((resolve) => server.listen(0, "localhost", resolve));
	const stop = () => {
		sockets.forEach((socket) => socket.destroy());
		return new Promise((resolve) => server.close(resolve));
	};
	return { address: `http://localhost:${server.address().port}/`, stop };
}

/** Lets the browser's pages and workers run for a sixth of the time, until the returned function is called. */
export async function slowProcessor(browser) {
	const devtools = await browser.newBrowserCDPSession();
	let processes = [];
	let isOn = true;
	const send = (signal) => {
		for (const process_ of processes) {
			try {
				process.kill(process_, signal);
			} catch {
				processes = processes.filter((other) => other !== process_);
			}
		}
	};
	const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
	const slowing = (async () => {
		for (let turn = 0; isOn; turn++) {
			if (turn % 3 === 0) processes = await renderers(devtools);
			await wait(PERIOD / 6);
			send("SIGSTOP");
			await wait((PERIOD * 5) / 6);
			send("SIGCONT");
		}
	})();
	// If a failure has closed the browser, its own message matters, and not that this loop ends.
	slowing.catch(() => undefined);
	return async () => {
		isOn = false;
		await slowing;
		await devtools.detach();
	};
}

/** The processes of pages and their workers. */
export async function renderers(devtools) {
	const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
	return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}
