// Which screens an account has, and how it is moved between them. One entry for each kind of account.

import type { FunctionComponent } from "preact";
import type { AccountKind } from "./messages";
import type { IconName } from "./parts/Icon";
import { AccessScreen, SeenScreen } from "./screens/access";
import { AccountScreen } from "./screens/account";
import { AddScreen } from "./screens/add";
import { AskScreen } from "./screens/ask";
import { BackupScreen } from "./screens/backup";
import { ConsentFormScreen } from "./screens/consent-form";
import { ConsentsScreen } from "./screens/consents";
import { DeskScreen } from "./screens/desk";
import { DocumentScreen } from "./screens/document";
import { HomeScreen } from "./screens/home";
import { HospitalsScreen } from "./screens/hospitals";
import { KeptScreen } from "./screens/kept";
import { LabelsScreen } from "./screens/labels";
import { LogScreen } from "./screens/log";
import { LostScreen } from "./screens/lost";
import { NoteScreen } from "./screens/note";
import { NothingScreen } from "./screens/nothing";
import { OwnCodeScreen } from "./screens/own-code";
import { OwnRequestsScreen } from "./screens/own-requests";
import { PatientScreen } from "./screens/patient";
import { PatientDocumentScreen } from "./screens/patient-document";
import { PracticeScreen } from "./screens/practice";
import { RecordScreen } from "./screens/record";
import { RecordsScreen } from "./screens/records";
import { RegistrarScreen } from "./screens/registrar";
import { RequestScreen } from "./screens/request";
import { RequestsScreen } from "./screens/requests";
import { SettingsScreen } from "./screens/settings";
import { StaffScreen } from "./screens/staff";
import { StopScreen } from "./screens/stop";
import { StudiesScreen, StudyScreen } from "./screens/studies";
import type { PlainId } from "./texts";

/** Screens by the first part of their routes. */
export type Screens = Record<string, FunctionComponent>;

/** A screen in the navigation. */
export interface Target {
	screen: string;
	/** Other screens that belong to it. */
	also: string[];
	text: PlainId;
	icon: IconName;
}

/** What an account has. */
export interface ScreensOfKind {
	screens: Screens;
	/** Always in the navigation. */
	main: Target[];
	/** In the navigation of a wide window. */
	more: Target[];
}

/** What every account has. */
const EVERYBODY: Screens = {
	settings: SettingsScreen,
	backup: BackupScreen,
	desk: DeskScreen,
	lost: LostScreen,
};
const SETTINGS: Target = { screen: "settings", also: ["backup"], text: "page-nav-settings", icon: "settings" };

const PATIENT: ScreensOfKind = {
	screens: {
		...EVERYBODY,
		"": HomeScreen,
		requests: RequestsScreen,
		request: RequestScreen,
		code: OwnCodeScreen,
		consents: ConsentsScreen,
		consent: ConsentFormScreen,
		studies: StudiesScreen,
		study: StudyScreen,
		access: AccessScreen,
		seen: SeenScreen,
		stop: StopScreen,
		records: RecordsScreen,
		record: RecordScreen,
		document: DocumentScreen,
		add: AddScreen,
		note: NoteScreen,
		labels: LabelsScreen,
		kept: KeptScreen,
		log: LogScreen,
		hospitals: HospitalsScreen,
	},
	main: [
		{ screen: "", also: ["stop"], text: "page-nav-home", icon: "home" },
		{ screen: "requests", also: ["request", "code"], text: "page-nav-requests", icon: "request" },
		{ screen: "consents", also: ["consent", "studies", "study"], text: "page-nav-consents", icon: "consent" },
		{ screen: "records", also: ["record", "document", "add", "note", "labels", "kept"], text: "page-nav-records", icon: "record" },
		{ screen: "log", also: [], text: "page-nav-log", icon: "log" },
	],
	more: [
		{ screen: "access", also: ["seen"], text: "page-nav-access", icon: "people" },
		{ screen: "hospitals", also: [], text: "page-nav-hospitals", icon: "hospital" },
		SETTINGS,
	],
};

const PRACTITIONER: ScreensOfKind = {
	screens: {
		...EVERYBODY,
		"": PracticeScreen,
		patient: PatientScreen,
		ask: AskScreen,
		document: PatientDocumentScreen,
		requests: OwnRequestsScreen,
		hospitals: HospitalsScreen,
	},
	main: [
		{ screen: "", also: ["patient", "ask", "document"], text: "page-practice-nav-patients", icon: "people" },
		{ screen: "requests", also: [], text: "page-practice-requests", icon: "request" },
	],
	more: [SETTINGS],
};

const REGISTRAR: ScreensOfKind = {
	screens: {
		...EVERYBODY,
		"": RegistrarScreen,
		staff: StaffScreen,
		account: AccountScreen,
		hospitals: HospitalsScreen,
	},
	main: [
		{ screen: "", also: [], text: "page-registrar-heading", icon: "scan" },
		{ screen: "staff", also: ["account"], text: "page-registrar-names", icon: "people" },
	],
	more: [SETTINGS],
};

const OTHER: ScreensOfKind = {
	screens: { ...EVERYBODY, "": NothingScreen },
	main: [{ screen: "", also: [], text: "page-nav-home", icon: "home" }],
	more: [SETTINGS],
};

const KINDS: Record<AccountKind, ScreensOfKind> = {
	patient: PATIENT,
	practitioner: PRACTITIONER,
	registrar: REGISTRAR,
	other: OTHER,
};

/** The screens of this kind of account. */
export function screensOf(kind: AccountKind | null): ScreensOfKind {
	return kind ? KINDS[kind] : OTHER;
}
