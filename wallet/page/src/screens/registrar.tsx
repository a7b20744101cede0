// The registration desk: show a code, read the person's answer, see what is signed, sign.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { saveFile } from "../files";
import { useAction } from "../load";
import type { Choice, DeskCode } from "../messages";
import { AtDesk } from "../parts/AtDesk";
import { BackupNote } from "../parts/BackupNote";
import { RadioField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { ProofLine } from "../parts/ProofLine";
import { QrCode } from "../parts/QrCode";
import { CodeInput } from "../parts/Scanner";
import { Screen, Section } from "../parts/Screen";
import { Busy, Failure, Note } from "../parts/Status";
import { Text } from "../parts/Text";
import { to } from "../router";
import { showDraft } from "../signing";
import { proof } from "../state";
import { t } from "../texts";

/** The desk. */
export function RegistrarScreen() {
	return (
		<Screen title={t("page-registrar-heading")}>
			{proof.value && <ProofLine proof={proof.value} />}
			<BackupNote />
			<AtDesk>
				{(institution, desk) => <Enrol key={institution.key} institution={institution.key} kinds={desk.kinds} />}
			</AtDesk>
		</Screen>
	);
}

interface Enrolled {
	text: string;
	account: string;
	isPractitioner: boolean;
}

function Enrol({ institution, kinds }: { institution: string; kinds: Choice[] }) {
	const kind = useSignal(kinds[0]?.key ?? "");
	const code = useSignal<DeskCode | null>(null);
	const enrolled = useSignal<Enrolled | null>(null);
	const making = useAction();
	const reading = useAction();
	const make = () =>
		void making.run(async (onWaiting) => {
			enrolled.value = null;
			code.value = await ask({ ask: "deskCode", institution, kind: kind.value }, onWaiting);
		});
	const read = (text: string) =>
		void reading.run(async (onWaiting) => {
			enrolled.value = null;
			const read = await ask({ ask: "draftEnrolment", institution, text }, onWaiting);
			const signed = await showDraft(read.draft);
			if (!signed) return;
			code.value = null;
			enrolled.value = { ...read, text: signed.text };
		});
	return (
		<>
			{enrolled.value && <EnrolledNote enrolled={enrolled.value} />}
			<Section title={t("page-registrar-step-code")}>
				{code.value ? (
					<Code code={code.value} onClose={() => (code.value = null)} />
				) : (
					<>
						<RadioField label={t("page-registrar-kind")} choices={kinds} value={kind} />
						<button type="button" class="primary wide" disabled={making.isBusy.value} onClick={make}>
							{t("page-registrar-make")}
						</button>
					</>
				)}
				{making.isBusy.value && <Busy waiting={making.waiting.value} />}
				{making.failure.value && <Failure failure={making.failure.value} onRetry={make} />}
			</Section>
			<Section title={t("page-registrar-step-answer")}>
				<p>{t("page-registrar-check-hint")}</p>
				<CodeInput
					key={enrolled.value?.account}
					label={t("page-registrar-answer-field")}
					button={t("page-continue")}
					isBusy={reading.isBusy.value}
					onText={read}
				/>
				{reading.isBusy.value && <Busy waiting={reading.waiting.value} />}
				{reading.failure.value && <Failure failure={reading.failure.value} />}
			</Section>
		</>
	);
}

function EnrolledNote({ enrolled }: { enrolled: Enrolled }) {
	return (
		<Note tone="good" isNews>
			<p class="strong" dir="auto">
				{enrolled.text}
			</p>
			{enrolled.isPractitioner && <a href={to("account", enrolled.account)}>{t("page-registrar-next")}</a>}
		</Note>
	);
}

function Code({ code, onClose }: { code: DeskCode; onClose: () => void }) {
	const isCopied = useSignal(false);
	const copy = () =>
		void navigator.clipboard.writeText(code.link).then(
			() => (isCopied.value = true),
			() => (isCopied.value = false),
		);
	return (
		<div class="card center">
			<h3>{t("page-registrar-show")}</h3>
			<QrCode code={code.code} />
			<p class="center" dir="auto">
				{t("page-desk-role")}: {code.role}
			</p>
			<p class="quiet small">
				<Text id="page-registrar-code-until" values={{ moment: code.until }} />
			</p>
			<div class="buttons">
				<button type="button" onClick={() => saveFile("vouchsafe-desk.txt", "text/plain", code.link)}>
					<Icon name="save" />
					{t("page-desk-save")}
				</button>
				<button type="button" onClick={copy}>
					{t("page-registrar-copy-link")}
				</button>
				<button type="button" class="quiet-button" onClick={onClose}>
					{t("page-registrar-new-code")}
				</button>
			</div>
			<p role="status">{isCopied.value && t("page-copied")}</p>
		</div>
	);
}
