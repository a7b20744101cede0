// Which sensitive and which restricted records a consent covers.

import type { Signal } from "@preact/signals";
import type { Choice, LabelChoice } from "../messages";
import { t } from "../texts";
import { CheckField, RadioField } from "./Field";

/** The choice of labels, as the form's fields have it. */
export interface LabelFields {
	kind: Signal<string>;
	words: Signal<string[]>;
}

/** What the fields say. `null` if nothing was chosen. */
export function labelChoice(fields: LabelFields): LabelChoice | null {
	if (fields.kind.value === "also") return { labels: "also", words: fields.words.value };
	if (fields.kind.value === "any") return { labels: "any" };
	return fields.kind.value === "unlabelled" ? { labels: "unlabelled" } : null;
}

/** Which labelled records. */
export function LabelsField({
	fields,
	labels,
	unchanged,
}: {
	fields: LabelFields;
	labels: Choice[];
	unchanged?: string;
}) {
	return (
		<>
			<RadioField
				label={t("page-consent-labels")}
				value={fields.kind}
				choices={[
					...(unchanged ? [{ key: "", text: unchanged, hint: "" }] : []),
					{ key: "unlabelled", text: t("page-consent-labels-not"), hint: "" },
					...(labels.length > 0 ? [{ key: "also", text: t("page-consent-labels-some"), hint: "" }] : []),
					{ key: "any", text: t("page-consent-labels-all"), hint: "" },
				]}
			/>
			{fields.kind.value === "also" && (
				<CheckField label={t("page-consent-labels-only")} choices={labels} values={fields.words} />
			)}
		</>
	);
}

/** Up to which confidentiality. */
export function ConfidentialityField({ value, unchanged }: { value: Signal<string>; unchanged?: string }) {
	return (
		<RadioField
			label={t("page-consent-restricted")}
			value={value}
			choices={[
				...(unchanged ? [{ key: "", text: unchanged, hint: "" }] : []),
				{ key: "normal", text: t("page-consent-restricted-not"), hint: "" },
				{ key: "restricted", text: t("page-consent-restricted-yes"), hint: "" },
				{ key: "very-restricted", text: t("page-consent-restricted-very"), hint: "" },
			]}
		/>
	);
}
