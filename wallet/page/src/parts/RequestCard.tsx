// A request in a list.

import type { RequestLine } from "../messages";
import { to } from "../router";
import { t } from "../texts";
import { Icon } from "./Icon";
import { PersonLine } from "./PersonLine";
import { Name, Text } from "./Text";

/** The card. All of it leads to the request. */
export function RequestCard({ request, level: Heading }: { request: RequestLine; level: "h2" | "h3" }) {
	return (
		<article class="card card-link">
			<Heading class="card-title">
				<a href={to("request", String(request.id))}>
					<PersonLine who={request.who} />
				</a>
			</Heading>
			<p dir="auto">{request.sentence}</p>
			{request.reason && (
				<p class="quiet">
					{t("page-request-reason")}: <Name>{request.reason}</Name>
				</p>
			)}
			<p class="quiet small with-icon">
				<Icon name="clock" />
				<span>
					<Text id="page-request-expires" values={{ moment: request.until }} />
				</span>
			</p>
		</article>
	);
}
