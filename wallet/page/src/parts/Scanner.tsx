// Getting a code into the wallet: by camera, as pasted text or link, or from a file.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { canScan, readCode, textOfFile } from "../codes";
import { t } from "../texts";
import { FileButton, LongField } from "./Field";
import { Icon } from "./Icon";
import { Busy } from "./Status";

/** How often a frame is looked at, in milliseconds. */
const INTERVAL = 200;

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
						accept={canScan ? "image/*,text/plain,.txt" : "text/plain,.txt"}
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
	const hasFailed = useSignal(false);
	useEffect(() => {
		let stream: MediaStream | undefined;
		let timer: ReturnType<typeof setTimeout> | undefined;
		let isOver = false;
		const look = async () => {
			const found = video.current && (await readCode(video.current).catch(() => null));
			if (isOver) return;
			if (found) onText(found);
			else timer = setTimeout(look, INTERVAL);
		};
		const open = async () => {
			stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
			if (isOver || !video.current) return stop(stream);
			video.current.srcObject = stream;
			await video.current.play();
			isReady.value = true;
			await look();
		};
		open().catch(() => (hasFailed.value = true));
		return () => {
			isOver = true;
			clearTimeout(timer);
			stop(stream);
		};
	}, []);
	return (
		<div class="camera">
			{hasFailed.value ? (
				<p role="alert">{t("page-scan-no-camera")}</p>
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
