// The names that an institution tells its patients, and a way to any account.

import { useSignal } from "@preact/signals";
import { useAsk } from "../load";
import { AtDesk } from "../parts/AtDesk";
import { TextField } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { CodeInput } from "../parts/Scanner";
import { Screen, Section } from "../parts/Screen";
import { Empty } from "../parts/Status";
import { Name } from "../parts/Text";
import { go, to } from "../router";
import { t } from "../texts";

/** Staff. */
export function StaffScreen() {
	return (
		<Screen title={t("page-registrar-names")}>
			<p class="quiet">{t("page-registrar-names-hint")}</p>
			<AtDesk>{(institution) => <List key={institution.key} institution={institution.key} />}</AtDesk>
			<Section title={t("page-registrar-find")}>
				<p class="quiet">{t("page-registrar-find-hint")}</p>
				<CodeInput
					label={t("page-registrar-find-field")}
					button={t("page-registrar-find-button")}
					isBusy={false}
					onText={(text) => go("account", text)}
				/>
			</Section>
		</Screen>
	);
}

function List({ institution }: { institution: string }) {
	const staff = useAsk({ ask: "staff", institution });
	const search = useSignal("");
	const fits = (name: string) => name.toLowerCase().includes(search.value.trim().toLowerCase());
	return (
		<Loading of={staff}>
			{({ names }) =>
				names.length === 0 ? (
					<Empty icon="people" text={t("page-registrar-names-none")} />
				) : (
					<>
						<TextField label={t("page-registrar-name")} type="search" text={search} />
						<ul class="rows">
							{names
								.filter((it) => fits(it.text))
								.map((it) => (
									<li key={it.key} class="row row-link">
										<a href={to("account", it.key)}>
											<span class="record">
												<span class="record-title">
													<Name>{it.text}</Name>
												</span>
											</span>
											<Icon name="next" />
										</a>
									</li>
								))}
						</ul>
					</>
				)
			}
		</Loading>
	);
}
