// The frame that shows PDF, pictures, DICOM and text. It has no origin and can reach nothing: it gets the
// bytes by message.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { FromViewer, ToViewer } from "../../../viewer/src/messages";
import { VIEWER_DICOM_URL, VIEWER_PDF_URL, VIEWER_PLAIN_URL } from "../build";
import type { FileBytes } from "../core";
import { appearance } from "../preferences";
import { language, t } from "../texts";
import { Note } from "./Status";

/** Each viewer is a file of its own: who opens a text does not load what shows PDF. */
const viewers: Record<string, string | undefined> = {
	"application/pdf": VIEWER_PDF_URL,
	"application/dicom": VIEWER_DICOM_URL,
};

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
				src={viewers[file.mediaType] ?? VIEWER_PLAIN_URL}
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
			fit: t("page-record-fit"),
			print: t("page-print"),
			page: t("page-record-page"),
			pageOf: t("page-record-page-of", { page: "{page}", count: "{count}" }),
			loading: t("page-record-loading"),
			tooManyToPrint: t("page-record-too-many-pages"),
			type: t("page-record-not-shown"),
			damaged: t("page-record-viewer-failed"),
			size: t("page-record-too-large"),
			password: t("page-record-needs-password"),
			compression: t("page-image-compressed"),
			imageKind: t("page-image-kind"),
			imageDate: t("page-image-date"),
			imageSize: t("page-image-size"),
			modalities: modalities(),
			image: t("page-image"),
			level: t("page-image-level"),
			window: t("page-image-window"),
			original: t("page-image-original"),
			imageHint: t("page-image-hint"),
			framesHint: t("page-image-frames-hint"),
		},
		...(scheme === "system" ? {} : { appearance: scheme }),
	};
}

/** Kinds of medical images, by their codes in DICOM. */
function modalities(): Record<string, string> {
	const xRay = t("page-image-x-ray");
	return {
		CR: xRay,
		CT: t("page-image-ct"),
		DX: xRay,
		MG: t("page-image-mammogram"),
		MR: t("page-image-mr"),
		NM: t("page-image-nuclear"),
		PT: t("page-image-pet"),
		RF: xRay,
		US: t("page-image-ultrasound"),
		XA: t("page-image-vessels"),
	};
}
