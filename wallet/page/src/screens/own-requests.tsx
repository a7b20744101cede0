// A practitioner's own requests.

import { useAsk } from "../load";
import { Loading } from "../parts/Loading";
import { OwnRequestCard } from "../parts/OwnRequestCard";
import { Screen } from "../parts/Screen";
import { Empty } from "../parts/Status";
import { t } from "../texts";

/** Own requests. */
export function OwnRequestsScreen() {
	const practice = useAsk({ ask: "practice" });
	return (
		<Screen title={t("page-practice-requests")}>
			<Loading of={practice}>
				{({ requests }) =>
					requests.length === 0 ? (
						<Empty icon="request" text={t("page-practice-requests-none")} />
					) : (
						<div class="stack">
							{requests.map((request) => (
								<OwnRequestCard key={`${request.patient.account} ${request.id}`} request={request} />
							))}
						</div>
					)
				}
			</Loading>
		</Screen>
	);
}
