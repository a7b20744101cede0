// The sheet on which everything is signed: the sentence, what it means, what it would open.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../core";
import { useAction } from "../load";
import type { Difference, Draft, Secret, Signed } from "../messages";
import { type Signing, signing } from "../signing";
import { changes } from "../state";
import { t } from "../texts";
import { Icon } from "./Icon";
import { Preview } from "./Preview";
import { SecretForm } from "./SecretForm";
import { Sheet } from "./Sheet";
import { Busy, Failure, Note } from "./Status";
import { Sentence, Text } from "./Text";

/** The sheet, if a draft is shown. */
export function SignSheet() {
	const now = signing.value;
	return now && <DraftSheet key={now.draft.digest} signing={now} />;
}

function DraftSheet({ signing: { draft, done } }: { signing: Signing }) {
	const isConfirming = useSignal(false);
	const signed = useSignal<Signed | null>(null);
	const { failure, isBusy, waiting, run } = useAction({ confirms: false });
	const sign = () =>
		run(async (onWaiting) => {
			signed.value = await ask({ ask: "sign", digest: draft.digest }, onWaiting);
			changes.value += 1;
		});
	const confirm = (secret: Secret) =>
		run(async () => {
			await ask({ ask: "confirm", secret });
			isConfirming.value = false;
			void sign();
		});
	if (failure.value?.kind === "confirmFirst") {
		failure.value = null;
		isConfirming.value = true;
	}
	useEffect(() => {
		if (isConfirming.value) document.querySelector<HTMLElement>("dialog form :is(button, input)")?.focus();
	}, [isConfirming.value]);
	useEffect(() => {
		if (signed.value) document.querySelector<HTMLElement>("dialog .primary")?.focus();
	}, [signed.value]);
	const close = () => {
		if (!signed.value) void ask({ ask: "discard", digest: draft.digest }).catch(() => undefined);
		done(signed.value);
	};
	const wasRefused = failure.value?.kind === "passphrase";
	const hasFailed = failure.value !== null;
	return (
		<Sheet
			title={t(signed.value ? "page-sign-signed" : "page-sign-heading")}
			canClose={!isBusy.value}
			onClose={close}
		>
			{signed.value ? (
				<Result signed={signed.value} onClose={close} />
			) : (
				<>
					<Terms draft={draft} isShort={isConfirming.value || hasFailed} />
					{failure.value && !wasRefused && <Failure failure={failure.value} onRetry={() => void sign()} />}
					{isBusy.value && <Busy waiting={waiting.value} />}
					{isConfirming.value ? (
						<>
							<p>{t("page-unlock-to-sign")}</p>
							<SecretForm
								button={draft.verb}
								isBusy={isBusy.value}
								error={wasRefused ? failure.value?.text : undefined}
								onSecret={confirm}
							/>
						</>
					) : (
						<div class={hasFailed ? undefined : "sheet-action"}>
							<button
								type="button"
								class={draft.takesAway ? "danger wide" : "primary wide"}
								disabled={isBusy.value || failure.value?.kind === "notShown" || failure.value?.mayTakeEffect}
								onClick={() => void sign()}
							>
								{draft.verb}
							</button>
						</div>
					)}
					<button type="button" class="quiet-button wide" disabled={isBusy.value} onClick={close}>
						{t("page-cancel")}
					</button>
				</>
			)}
		</Sheet>
	);
}

/** What is agreed to. While the passphrase is asked for, or after a failure, the sentence alone. */
function Terms({ draft, isShort }: { draft: Draft; isShort: boolean }) {
	return (
		<>
			<p class="quiet">{t("page-sign-you-sign")}</p>
			{draft.changes.length > 0 && !isShort && <Changes parts={draft.changes} language={draft.language} />}
			<Paragraphs text={draft.sentence} language={draft.language} />
			{!isShort && draft.notes.length > 0 && (
				<ul class="notes">
					{draft.notes.map((note) => (
						<li key={note} dir="auto">
							{note}
						</li>
					))}
				</ul>
			)}
			{!isShort && draft.preview && <Preview preview={draft.preview} isClosed />}
		</>
	);
}

/** A sentence of a study has several paragraphs. */
function Paragraphs({ text, language }: { text: string; language: string }) {
	const [first = "", ...others] = text.split("\n\n");
	return (
		<>
			<Sentence text={first} lang={language} isLarge />
			{others.map((paragraph) => (
				<Sentence key={paragraph} text={paragraph} lang={language} />
			))}
		</>
	);
}

/** What changes in a sentence. The whole new sentence follows: it is what is signed. */
function Changes({ parts, language }: { parts: Difference[]; language: string }) {
	const isSame = parts.every((part) => part.became === "same");
	return (
		<div class="changes">
			<p class="quiet">{t(isSame ? "page-consent-unchanged" : "page-consent-changes")}</p>
			{!isSame && (
				<p class="change" lang={language} dir="auto">
					{parts.map((part, index) => (
						<Part key={index} part={part} />
					))}
				</p>
			)}
			<p class="quiet">{t("page-consent-becomes")}</p>
		</div>
	);
}

/** Readers say what the marks show. */
function Part({ part: { text, became } }: { part: Difference }) {
	switch (became) {
		case "same":
			return <>{text}</>;
		case "removed":
			return (
				<del>
					<span class="unseen">{t("page-consent-removed")} </span>
					{text}
				</del>
			);
		case "added":
			return (
				<ins>
					<span class="unseen">{t("page-consent-added")} </span>
					{text}
				</ins>
			);
	}
}

function Result({ signed, onClose }: { signed: Signed; onClose: () => void }) {
	return (
		<>
			<Note tone="good" isNews>
				<p class="strong" dir="auto">
					{signed.text}
				</p>
				<p class="quiet">
					{t("page-sign-final")} <Text id="page-proof-block" values={{ block: signed.block }} />
				</p>
			</Note>
			{signed.notes.map((note) => (
				<Note key={note} tone="warn">
					<p dir="auto">{note}</p>
				</Note>
			))}
			<button type="button" class="primary wide" onClick={onClose}>
				<Icon name="check" />
				{t("page-done")}
			</button>
		</>
	);
}
