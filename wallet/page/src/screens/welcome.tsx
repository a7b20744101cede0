// The first screen of all: the language, a new key or an old one, and what this cannot do.

import { useEffect } from "preact/hooks";
import { chosen, extensions } from "../extensions";
import { Icon, type IconName } from "../parts/Icon";
import { Screen, Section } from "../parts/Screen";
import { to } from "../router";
import { changeLanguage, started } from "../state";
import { LANGUAGE_NAMES, type Language, language, t } from "../texts";

/** Welcome. */
export function WelcomeScreen() {
	useEffect(() => {
		chosen.value = null;
	}, []);
	return (
		<Screen title={t("page-welcome-heading")}>
			<p class="lead">{t("page-welcome-intro")}</p>
			<LanguageChoice />
			<div class="stack">
				<Way
					href={to("new")}
					icon="key"
					title={t("page-welcome-new")}
					hint={t("page-welcome-new-hint")}
					isFirst
				/>
				<Way
					href={to("restore")}
					icon="scan"
					title={t("page-welcome-restore")}
					hint={t("page-welcome-restore-hint")}
				/>
				{extensions().length > 0 && (
					<Way
						href={to("extension")}
						icon="seal"
						title={t("page-welcome-extension")}
						hint={t("page-welcome-extension-hint")}
					/>
				)}
			</div>
			<Section title={t("page-welcome-limits-heading")}>
				<ul class="notes">
					<li>{t("page-welcome-limits-read")}</li>
					<li>{t("page-welcome-limits-key")}</li>
					<li>{t("page-welcome-limits-outside")}</li>
				</ul>
			</Section>
			<details>
				<summary>{t("page-welcome-install")}</summary>
				<p>{t("page-welcome-install-hint")}</p>
				<p>{t("page-welcome-install-ios")}</p>
			</details>
		</Screen>
	);
}

/** One button for each language, in its own words. */
export function LanguageChoice() {
	return (
		<fieldset class="segments">
			<legend>{t("page-welcome-language")}</legend>
			<div>
				{(started.value?.languages ?? []).map((tag) => (
					<label key={tag} lang={tag}>
						<input
							type="radio"
							name="language"
							checked={language.value === tag}
							onChange={() => void changeLanguage(tag as Language)}
						/>
						<span>{LANGUAGE_NAMES[tag] ?? tag}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Way({
	href,
	icon,
	title,
	hint,
	isFirst,
}: {
	href: string;
	icon: IconName;
	title: string;
	hint: string;
	isFirst?: boolean;
}) {
	return (
		<a class={isFirst ? "way way-first" : "way"} href={href}>
			<Icon name={icon} />
			<span>
				<span class="strong">{title}</span>
				<span class="small">{hint}</span>
			</span>
			<Icon name="next" />
		</a>
	);
}
