// The first screen: what waits, who opened what since last time, what is proven, and the stop.

import { useEffect } from "preact/hooks";
import { useAsk } from "../load";
import type { Home } from "../messages";
import { Assisted, BeginsSoon, RefuseAll } from "../parts/Assisted";
import { BackupNote } from "../parts/BackupNote";
import { Icon, type IconName } from "../parts/Icon";
import { Loading } from "../parts/Loading";
import { LogList } from "../parts/LogList";
import { ProofLine } from "../parts/ProofLine";
import { RequestCard } from "../parts/RequestCard";
import { Screen, Section } from "../parts/Screen";
import { Empty, Note } from "../parts/Status";
import { Name, Text } from "../parts/Text";
import { to } from "../router";
import { isStopped, openRequests, proof } from "../state";
import { t } from "../texts";

/** Home. */
export function HomeScreen() {
	const home = useAsk({ ask: "home" });
	const value = home.value.value;
	useEffect(() => {
		if (!value) return;
		isStopped.value = value.isStopped;
		openRequests.value = value.requests.length;
		proof.value = value.proof;
	}, [value]);
	return (
		<Screen title={t("page-home-heading")}>
			<Loading of={home}>{(shown) => <Content home={shown} />}</Loading>
		</Screen>
	);
}

function Content({ home }: { home: Home }) {
	return (
		<>
			<ProofLine proof={proof.value ?? home.proof} log={home.log} />
			<BackupNote />
			{home.changedMembers.map((member) => (
				<Note key={member.institution.account} tone="warn">
					<p class="strong">
						<Text id="page-hospitals-changed" values={{ who: <Name>{member.institution.name}</Name> }} />
					</p>
					<a href={to("hospitals")}>{t("page-nav-hospitals")}</a>
				</Note>
			))}
			{home.beginsSoon.map((consent) => (
				<BeginsSoon key={consent.id} consent={consent} />
			))}
			<Assisted assisted={home.assisted} isNews />
			{home.beginsSoon.length > 0 && home.assisted.waiting.length === 0 && !home.assisted.areRefused && <RefuseAll />}
			<Section title={t("page-home-waiting")}>
				{home.requests.length === 0 ? (
					<Empty icon="check" text={t("page-home-nothing-waits")} />
				) : (
					home.requests.map((request) => <RequestCard key={request.id} request={request} level="h3" />)
				)}
			</Section>
			<Section title={t("page-home-since")}>
				{home.news.length === 0 ? (
					<p class="quiet">{t("page-home-nobody")}</p>
				) : (
					<LogList lines={home.news} />
				)}
				<p>
					<a href={to("log")}>
						{t("page-home-see-log")}
						{home.moreNews > 0 && ` (+${home.moreNews})`}
					</a>
				</p>
			</Section>
			<Tiles home={home} />
			{!home.isStopped && (
				<a class="way way-stop" href={to("stop")}>
					<Icon name="stop" />
					<span>
						<span class="strong">{t("page-home-stop")}</span>
						<span class="small">{t("page-home-stop-hint")}</span>
					</span>
					<Icon name="next" />
				</a>
			)}
		</>
	);
}

function Tiles({ home }: { home: Home }) {
	return (
		<ul class="tiles">
			<Tile href={to("records")} icon="record" text={t("page-nav-records")} count={home.records} />
			<Tile href={to("consents")} icon="consent" text={t("page-consents-current-count")} count={home.consents} />
			<Tile href={to("access")} icon="people" text={t("page-nav-access")} />
			<Tile href={to("hospitals")} icon="hospital" text={t("page-nav-hospitals")} />
		</ul>
	);
}

function Tile({ href, icon, text, count }: { href: string; icon: IconName; text: string; count?: number }) {
	return (
		<li>
			<a class="tile" href={href}>
				<Icon name={icon} />
				<span>{text}</span>
				{count !== undefined && <span class="tile-count">{count}</span>}
			</a>
		</li>
	);
}
