// Runs the smoke tests on a built wallet, without a chain: node wallet/tests/smoke.mjs FOLDER OUT

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { serve } from "./serve.mjs";

const [folder, out, ...more] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const server = await serve(folder);
const facts = path.join(out, "facts.json");
await writeFile(facts, JSON.stringify({ address: server.address, out, folder, suite: "smoke", seconds: 60 }));
const runner = path.join(import.meta.dirname, "run.mjs");
const run = spawn(process.execPath, [runner, "--facts", facts, ...more], { stdio: "inherit" });
run.on("exit", (code) => process.exit(code ?? 1));
