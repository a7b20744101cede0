// The frame that shows PDF, pictures and text. It has no origin and can reach nothing: it gets the
// bytes by message.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { FromViewer, ToViewer } from "../../../viewer/src/messages";
import { VIEWER_PLAIN_URL, VIEWER_URL } from "../build";
import type { FileBytes } from "../core";
import { appearance } from "../preferences";
import { language, t } from "../texts";
import { Note } from "./Status";

/** The frame with one document. */
export function Viewer({ file: { file, bytes }, title }: { file: FileBytes; title: string }) {
	const frame = useRef<HTMLIFrameElement>(null);
	const hasFailed = useSignal(false);
	useEffect(() => {
		const receive = (event: MessageEvent<FromViewer>) => {
			const viewer = frame.current?.contentWindow;
			if (!viewer || event.source !== viewer) return;
			if (event.data.kind === "failed") hasFailed.value = true;
			if (event.data.kind === "ready") viewer.postMessage(showMessage(file.mediaType, title, bytes), "*");
		};
		addEventListener("message", receive);
		return () => removeEventListener("message", receive);
	}, [bytes]);
	return (
		<>
			{hasFailed.value && (
				<Note tone="warn" isNews>
					<p>{t("page-record-viewer-failed")}</p>
				</Note>
			)}
			<iframe
				ref={frame}
				class="viewer"
				title={`${t("page-record-viewer")}: ${title}`}
				sandbox="allow-scripts allow-modals"
				src={file.mediaType === "application/pdf" ? VIEWER_URL : VIEWER_PLAIN_URL}
			/>
		</>
	);
}

function showMessage(mediaType: string, title: string, bytes: ArrayBuffer): ToViewer {
	const scheme = appearance();
	return {
		kind: "show",
		bytes,
		mediaType,
		title,
		language: language.peek(),
		texts: {
			zoomIn: t("page-record-zoom-in"),
			zoomOut: t("page-record-zoom-out"),
			print: t("page-print"),
			type: t("page-record-not-shown"),
			damaged: t("page-record-viewer-failed"),
		},
		...(scheme === "system" ? {} : { appearance: scheme }),
	};
}
