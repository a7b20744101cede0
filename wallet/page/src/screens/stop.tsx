// Stops everything with one signature, or lifts the stop.

import { useSignal } from "@preact/signals";
import { ask } from "../core";
import { useAction } from "../load";
import { RadioField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Screen, Section } from "../parts/Screen";
import { Busy, Failure } from "../parts/Status";
import { replace, to } from "../router";
import { showDraft } from "../signing";
import { isStopped } from "../state";
import { t } from "../texts";

/** Stop everything, or lift it. The core's notes say what it means: they are on the sheet. */
export function StopScreen() {
	const { failure, isBusy, waiting, run } = useAction();
	const isOn = isStopped.value;
	const adding = useSignal("no");
	const emergency = useSignal("no");
	const draft = () =>
		void run(async (onWaiting) => {
			const stop = {
				ask: "draftStop",
				allowsAdding: adding.value === "yes",
				bindsEmergencies: emergency.value === "yes",
			} as const;
			const signed = await showDraft(await ask(isOn ? { ask: "draftResume" } : stop, onWaiting));
			if (!signed) return;
			isStopped.value = !isOn;
			replace();
		});
	return (
		<Screen title={t(isOn ? "page-stop-lift-heading" : "page-stop-heading")} back={to()} backText={t("page-nav-home")}>
			{isOn ? (
				<p class="lead">{t("page-stop-lift-hint")}</p>
			) : (
				<>
					<p class="lead">{t("page-stop-intro")}</p>
					<Section title={t("page-stop-what-stops")}>
						<ul class="notes">
							<li>{t("page-stop-readers")}</li>
							<li>{t("page-stop-studies")}</li>
							<li>{t("page-stop-past")}</li>
							<li>{t("page-stop-can-lift")}</li>
						</ul>
					</Section>
					<div class="stack form">
						<RadioField
							label={t("page-stop-writing")}
							value={adding}
							choices={[
								{ key: "no", text: t("page-stop-writing-no"), hint: "" },
								{ key: "yes", text: t("page-stop-writing-yes"), hint: t("page-stop-writing-hint") },
							]}
						/>
						<RadioField
							label={t("page-stop-emergency")}
							value={emergency}
							choices={[
								{ key: "no", text: t("page-stop-emergency-no"), hint: "" },
								{ key: "yes", text: t("page-stop-emergency-yes"), hint: t("page-consent-emergency-hint") },
							]}
						/>
					</div>
				</>
			)}
			{failure.value && <Failure failure={failure.value} onRetry={draft} />}
			{isBusy.value && <Busy waiting={waiting.value} />}
			<button type="button" class={isOn ? "primary wide" : "danger wide"} disabled={isBusy.value} onClick={draft}>
				<Icon name={isOn ? "check" : "stop"} />
				{t(isOn ? "page-stop-lift" : "page-stop-heading")}
			</button>
		</Screen>
	);
}
