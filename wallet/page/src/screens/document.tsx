// An opened record: as readable text, in the viewer's frame, or as a file to save.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, askFile, askIntoFile, type FileBytes } from "../core";
import { chooseFile, saveFile, sizeText } from "../files";
import { useAction, useAsk } from "../load";
import type { DocumentKind, DocumentView, Opened } from "../messages";
import { Blocks } from "../parts/Blocks";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { Screen } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { Text } from "../parts/Text";
import { Viewer } from "../parts/Viewer";
import { route, to } from "../router";
import { changes, opened } from "../state";
import { language, t } from "../texts";

/** An opened record. */
export function DocumentScreen() {
	const id = route.value.parts[1] ?? "";
	const known = opened.value.get(id);
	const record = useAsk({ ask: "record", id });
	const line = record.value.value?.line;
	const title = known?.title || line?.title || line?.categoryText || t("page-record-heading");
	const { failure, isBusy, waiting, run } = useAction();
	const save = () =>
		void run(async (onWaiting) => {
			const { file, bytes } = await askFile({ ask: "file", id }, onWaiting);
			saveFile(file.name, file.mediaType, bytes);
		});
	return (
		<Screen
			title={t("page-record-heading")}
			heading={title}
			back={to("record", id)}
			backText={t("page-record-heading")}
			actions={line?.isOpen !== false && (
				<span class="buttons no-print">
					{(known?.kind ?? "fhir") === "fhir" && (
						<button type="button" class="icon-button" onClick={() => print()}>
							<Icon name="print" />
							<span class="top-text">{t("page-print")}</span>
						</button>
					)}
					{!known?.isLarge && (
						<button type="button" class="icon-button" disabled={isBusy.value} onClick={save}>
							<Icon name="save" />
							<span class="top-text">{t("page-save")}</span>
						</button>
					)}
				</span>
			)}
		>
			{failure.value && <Failure failure={failure.value} onRetry={save} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			{line?.isOpen === false ? (
				<Closed id={id} />
			) : (
				<>
					{known?.note && (
						<Note>
							<p dir="auto">{known.note}</p>
						</Note>
					)}
					{known?.isLarge ? (
						<Large record={known} />
					) : (
						<DocumentContent id={id} title={title} kind={known?.kind ?? null} onSave={save} />
					)}
				</>
			)}
			{line?.isOpen && !known?.isLarge && <Keep id={id} isKept={line.isKept} />}
		</Screen>
	);
}

/** Locking closes all records, and so does the person. */
function Closed({ id }: { id: string }) {
	return (
		<Note>
			<p>{t("page-records-not-opened")}</p>
			<a href={to("record", id)}>{t("page-records-open")}</a>
		</Note>
	);
}

/** A document that is too long to be shown goes straight into a file, which the core checks. */
export function Large({ record }: { record: Opened }) {
	const isSaved = useSignal(false);
	const { failure, isBusy, waiting, run } = useAction();
	const save = () =>
		void run(async (onWaiting) => {
			isSaved.value = false;
			const handle = await chooseFile(record.fileName);
			if (handle === null) return;
			const { view, file } = await askIntoFile({ ask: "saveLarge", id: record.id }, handle, onWaiting);
			if (file) saveFile(view.name, view.mediaType, file);
			isSaved.value = true;
		});
	return (
		<>
			<Note>
				<p>
					<Text id="page-record-large" values={{ size: sizeText(record.size, language.value) }} />
				</p>
				<button type="button" class="primary" disabled={isBusy.value} onClick={save}>
					<Icon name="save" />
					{t("page-record-file-save")}
				</button>
			</Note>
			{isBusy.value && <Busy waiting={waiting.value} />}
			{failure.value && <Failure failure={failure.value} onRetry={save} onlyReads />}
			{isSaved.value && (
				<Note tone="good" isNews>
					<p>{t("page-record-file-done")}</p>
				</Note>
			)}
		</>
	);
}

/** Whether the document is kept on this device. */
function Keep({ id, isKept }: { id: string; isKept: boolean }) {
	const { failure, isBusy, waiting, run } = useAction();
	const change = () =>
		void run(async () => {
			await ask({ ask: isKept ? "forgetKept" : "keep", id });
			changes.value += 1;
		});
	return (
		<section class="section no-print">
			<p class="quiet small" role="status">
				{t(isKept ? "page-record-kept" : "page-record-keep-hint")}
			</p>
			{failure.value && <Failure failure={failure.value} onRetry={change} onlyReads />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			<button type="button" disabled={isBusy.value} onClick={change}>
				<Icon name={isKept ? "cross" : "save"} />
				{t(isKept ? "page-record-forget" : "page-record-keep")}
			</button>
		</section>
	);
}

/** An opened record's content. */
export function DocumentContent({
	id,
	title,
	kind,
	onSave,
}: {
	id: string;
	title: string;
	kind: DocumentKind | null;
	onSave: () => void;
}) {
	const button = (
		<button type="button" class="primary" onClick={onSave}>
			<Icon name="save" />
			{t("page-record-download")}
		</button>
	);
	if (kind === "save")
		return (
			<Note>
				<p>{t("page-record-not-shown")}</p>
				{button}
			</Note>
		);
	if (kind === "fhir") return <Readable id={id} />;
	return kind === null ? <Unknown id={id} title={title} /> : <Shown id={id} title={title} />;
}

function Readable({ id }: { id: string }) {
	const document = useAsk({ ask: "read", id });
	return <Loading of={document}>{(shown) => <Checked document={shown} />}</Loading>;
}

function Checked({ document }: { document: DocumentView }) {
	return (
		<>
			<p class="quiet small with-icon">
				<Icon name="seal" />
				{t("page-record-checked")}
			</p>
			<Blocks blocks={document.blocks} />
		</>
	);
}

function Shown({ id, title }: { id: string; title: string }) {
	const file = useSignal<FileBytes | null>(null);
	const { failure, waiting, run } = useAction();
	const load = () =>
		void run(async (onWaiting) => (file.value = await askFile({ ask: "file", id }, onWaiting)));
	useEffect(load, [id]);
	if (failure.value) return <Failure failure={failure.value} onRetry={load} />;
	return file.value ? <Viewer file={file.value} title={title} /> : <Busy waiting={waiting.value} />;
}

/** A record that was opened before this page was loaded: what is not readable text is shown by the viewer. */
function Unknown({ id, title }: { id: string; title: string }) {
	const document = useSignal<DocumentView | null>(null);
	const { failure, waiting, run } = useAction();
	useEffect(() => {
		void run(async (onWaiting) => (document.value = await ask({ ask: "read", id }, onWaiting)));
	}, [id]);
	if (document.value) return <Checked document={document.value} />;
	return failure.value ? <Shown id={id} title={title} /> : <Busy waiting={waiting.value} />;
}
