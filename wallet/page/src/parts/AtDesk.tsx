// What is done for an institution: which one, if the registrar works for several.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useAsk } from "../load";
import type { Choice, Desk } from "../messages";
import { t } from "../texts";
import { SelectField } from "./Field";
import { Loading } from "./Loading";
import { Empty } from "./Status";
import { Name } from "./Text";

/** The institution that was chosen last. */
const chosen = signal("");

/** Shows what is done for the institution. */
export function AtDesk({ children }: { children: (institution: Choice, desk: Desk) => ComponentChildren }) {
	const desk = useAsk({ ask: "desk" });
	return (
		<Loading of={desk}>
			{(shown) => {
				const institution = shown.institutions.find((it) => it.key === chosen.value) ?? shown.institutions[0];
				if (!institution)
					return <Empty icon="hospital" text={t("page-registrar-none")} hint={t("page-registrar-none-hint")} />;
				return (
					<>
						{shown.institutions.length > 1 ? (
							<SelectField label={t("page-registrar-for")} choices={shown.institutions} value={chosen} />
						) : (
							<p class="quiet">
								<Name>{institution.text}</Name>
							</p>
						)}
						{children(institution, shown)}
					</>
				);
			}}
		</Loading>
	);
}
