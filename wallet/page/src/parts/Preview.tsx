// What terms would open, and what the same person can read already.

import type { Preview as PreviewFacts } from "../messages";
import { t } from "../texts";
import { RecordList } from "./RecordRow";
import { Mark } from "./Status";

/** The preview of a consent. */
export function Preview({ preview, isClosed }: { preview: PreviewFacts; isClosed?: boolean }) {
	return (
		<div class="preview" aria-live="polite">
			<p class="strong" dir="auto">
				{preview.summary}
			</p>
			<Marks preview={preview} />
			{preview.opens.length > 0 && (
				<details open={!isClosed && preview.opens.length <= 6}>
					<summary>
						{t("page-request-would-open")} ({preview.opens.length})
					</summary>
					<RecordList records={preview.opens} />
				</details>
			)}
			{preview.already.length > 0 && (
				<details>
					<summary>
						{t("page-request-sees-already")} ({preview.already.length})
					</summary>
					<RecordList records={preview.already} />
				</details>
			)}
		</div>
	);
}

function Marks({ preview }: { preview: PreviewFacts }) {
	if (preview.labelled + preview.restricted === 0) return null;
	return (
		<p class="marks">
			{preview.labelled > 0 && (
				<Mark tone="warn">
					{t("page-request-sensitive")}: {preview.labelled}
				</Mark>
			)}
			{preview.restricted > 0 && (
				<Mark tone="warn">
					{t("page-request-restricted")}: {preview.restricted}
				</Mark>
			)}
		</p>
	);
}
