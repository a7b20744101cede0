// Requests that wait for an answer.

import { useEffect } from "preact/hooks";
import { useAsk } from "../load";
import { Icon } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { RequestCard } from "../parts/RequestCard";
import { Screen } from "../parts/Screen";
import { Empty } from "../parts/Status";
import { to } from "../router";
import { openRequests } from "../state";
import { t } from "../texts";

/** Requests. */
export function RequestsScreen() {
	const requests = useAsk({ ask: "requests" });
	const count = requests.value.value?.length;
	useEffect(() => {
		if (count !== undefined) openRequests.value = count;
	}, [count]);
	return (
		<Screen
			title={t("page-requests-heading")}
			actions={
				<a class="icon-button" href={to("code")}>
					<Icon name="scan" />
					<span class="top-text">{t("page-code-own-show")}</span>
				</a>
			}
		>
			<Loading of={requests}>
				{(lines) =>
					lines.length === 0 ? (
						<Empty icon="request" text={t("page-requests-none")} hint={t("page-requests-none-hint")} />
					) : (
						<div class="stack">
							{lines.map((line) => (
								<RequestCard key={line.id} request={line} level="h2" />
							))}
						</div>
					)
				}
			</Loading>
		</Screen>
	);
}
