// Getting a code into the wallet: by camera, as pasted text or link, or from a file.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { canScan, CodeReader, textOfFile } from "../codes";
import { t } from "../texts";
import { FileButton, LongField } from "./Field";
import { Icon } from "./Icon";
import { Busy } from "./Status";

/** How often a frame is looked at, in milliseconds. */
const INTERVAL = 200;
/** After how many frames the reader is given up if it does not work. */
const MOST_FAILURES = 3;
/** Codes are small on a screen: a camera's usual size is not enough. */
const CAMERA = { facingMode: "environment", width: { ideal: 1_280 }, height: { ideal: 720 } };

/** Asks for a code in each way that the device has. */
export function CodeInput({
	label,
	button,
	isBusy,
	onText,
}: {
	label: string;
	button: string;
	isBusy: boolean;
	onText: (text: string) => void;
}) {
	const isScanning = useSignal(false);
	const pasted = useSignal("");
	const error = useSignal("");
	const take = (text: string | null) => {
		isScanning.value = false;
		error.value = text ? "" : t("page-scan-damaged");
		if (text) onText(text);
	};
	return (
		<div class="stack">
			{canScan &&
				(isScanning.value ? (
					<Camera onText={take} onClose={() => (isScanning.value = false)} />
				) : (
					<button type="button" class="primary wide" onClick={() => (isScanning.value = true)}>
						<Icon name="scan" />
						{t("page-desk-scan")}
					</button>
				))}
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					if (pasted.value.trim()) take(pasted.value.trim());
				}}
			>
				<LongField label={label} text={pasted} error={error.value} />
				<div class="buttons">
					<button type="submit" class={canScan ? undefined : "primary"} disabled={isBusy}>
						{button}
					</button>
					<FileButton
						label={t("page-desk-file")}
						accept="image/*,text/plain,.txt"
						onFile={(file) => void textOfFile(file).then(take, () => take(null))}
					/>
				</div>
			</form>
		</div>
	);
}

function Camera({ onText, onClose }: { onText: (text: string) => void; onClose: () => void }) {
	const video = useRef<HTMLVideoElement>(null);
	const isReady = useSignal(false);
	const failure = useSignal<"page-scan-no-camera" | "page-scan-no-reader" | null>(null);
	useEffect(() => {
		const reader = new CodeReader();
		let failures = 0;
		let stream: MediaStream | undefined;
		let timer: ReturnType<typeof setTimeout> | undefined;
		let isOver = false;
		const look = async () => {
			let found: string | null = null;
			try {
				if (video.current) found = await reader.read(video.current);
				failures = 0;
			} catch {
				failures += 1;
			}
			if (isOver) return;
			if (found) onText(found);
			else if (failures >= MOST_FAILURES) failure.value = "page-scan-no-reader";
			else timer = setTimeout(look, INTERVAL);
		};
		const open = async () => {
			stream = await navigator.mediaDevices.getUserMedia({ video: CAMERA });
			if (isOver || !video.current) return stop(stream);
			video.current.srcObject = stream;
			await video.current.play();
			isReady.value = true;
			await look();
		};
		open().catch(() => (failure.value = "page-scan-no-camera"));
		return () => {
			isOver = true;
			clearTimeout(timer);
			reader.close();
			stop(stream);
		};
	}, []);
	return (
		<div class="camera">
			{failure.value ? (
				<p role="alert">{t(failure.value)}</p>
			) : (
				<>
					<video ref={video} muted playsInline aria-label={t("page-scan-hint")} />
					{isReady.value ? (
						<p role="status">{t("page-scan-hint")}</p>
					) : (
						<Busy waiting={{ what: t("page-wait-camera"), done: 0, total: null }} />
					)}
				</>
			)}
			<button type="button" onClick={onClose}>
				{t("page-cancel")}
			</button>
		</div>
	);
}

function stop(stream: MediaStream | undefined): void {
	for (const track of stream?.getTracks() ?? []) track.stop();
}
