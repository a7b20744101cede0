// Filters behind one button, which says how many are set.

import type { ComponentChildren } from "preact";
import { t } from "../texts";
import { Icon } from "./Icon";

/** The filters of a list. */
export function Filter({
	active,
	onClear,
	children,
}: {
	active: number;
	onClear: () => void;
	children: ComponentChildren;
}) {
	return (
		<details class="filter no-print">
			<summary>
				<Icon name="filter" />
				<span>{t("page-filter")}</span>
				{active > 0 && <span class="count">{active}</span>}
			</summary>
			<div class="filter-fields">{children}</div>
			{active > 0 && (
				<button type="button" onClick={onClear}>
					{t("page-filters-clear")}
				</button>
			)}
		</details>
	);
}
