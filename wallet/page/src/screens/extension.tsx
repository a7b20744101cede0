// An account of a wallet extension: which extension, which account, and whether there is a sheet already.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { accountsOf, chosen, extensions } from "../extensions";
import type { Choice } from "../messages";
import { RadioField } from "../parts/Field";
import { Screen } from "../parts/Screen";
import { Busy, Note } from "../parts/Status";
import { go, to } from "../router";
import { t } from "../texts";

/** The choice of an extension and an account. */
export function ExtensionScreen() {
	const found = useSignal(extensions());
	const extension = useSignal(found.value.length === 1 ? (found.value[0]?.name ?? "") : "");
	const address = useSignal("");
	const accounts = useSignal<Choice[] | null>(null);
	const isRefused = useSignal(false);
	const isBusy = useSignal(false);
	const load = async () => {
		const name = extension.value;
		if (!name) return;
		address.value = "";
		accounts.value = null;
		isRefused.value = false;
		isBusy.value = true;
		try {
			const all = await accountsOf(name);
			if (name !== extension.value) return;
			accounts.value = all.map((it) => ({ key: it.address, text: it.name || it.address, hint: it.name && it.address }));
			address.value = all.length === 1 ? (all[0]?.address ?? "") : "";
		} catch {
			if (name === extension.value) isRefused.value = true;
		} finally {
			isBusy.value = false;
		}
	};
	useEffect(() => void load(), [extension.value]);
	const goOn = (screen: string) => {
		chosen.value = { extension: extension.value, address: address.value };
		go(screen);
	};
	const again = () => {
		found.value = extensions();
		void load();
	};
	const isEmpty = found.value.length === 0;
	return (
		<Screen title={t("page-extension-heading")} back={to()}>
			<p class="lead">{t("page-extension-intro")}</p>
			{isEmpty && (
				<Note tone="warn" isNews>
					<p>{t("page-welcome-no-extension")}</p>
				</Note>
			)}
			{!isEmpty && (
				<RadioField
					label={t("page-extension-which")}
					choices={found.value.map(({ name, version }) => ({ key: name, text: name, hint: version }))}
					value={extension}
				/>
			)}
			{isBusy.value && <Busy waiting={{ what: t("page-extension-waiting"), done: 0, total: null }} />}
			{isRefused.value && (
				<Note tone="bad" isNews>
					<p>{t("page-extension-not-allowed")}</p>
				</Note>
			)}
			{accounts.value?.length === 0 && (
				<Note tone="warn" isNews>
					<p>{t("page-extension-no-account")}</p>
				</Note>
			)}
			{accounts.value && accounts.value.length > 0 && (
				<RadioField label={t("page-extension-account")} choices={accounts.value} value={address} />
			)}
			{(isEmpty || isRefused.value || accounts.value?.length === 0) && (
				<button type="button" onClick={again}>
					{t("page-try-again")}
				</button>
			)}
			{address.value && (
				<>
					<p>{t("page-extension-key")}</p>
					<button type="button" class="primary wide" onClick={() => goOn("new")}>
						{t("page-extension-new")}
					</button>
					<button type="button" class="wide" onClick={() => goOn("restore")}>
						{t("page-extension-restore")}
					</button>
				</>
			)}
		</Screen>
	);
}
