// The frame of a screen: its heading, which takes the focus, and the way back.

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { focusHeading } from "../router";
import { t } from "../texts";
import { Icon } from "./Icon";

/** Whether no screen was shown yet: the first one leaves the focus where the browser puts it. */
let isFirst = true;

/** A screen. The title is also the window's, which browsers keep in their history: what is personal is only in the heading. */
export function Screen({
	title,
	heading,
	back,
	backText,
	actions,
	children,
}: {
	title: string;
	heading?: string;
	back?: string;
	backText?: string;
	actions?: ComponentChildren;
	children: ComponentChildren;
}) {
	useEffect(() => {
		document.title = `${title} – ${t("page-app-name")}`;
	}, [title]);
	useEffect(() => {
		if (!isFirst) focusHeading();
		isFirst = false;
	}, []);
	return (
		<>
			{back && (
				<a class="back" href={back}>
					<Icon name="back" />
					{backText ?? t("page-back")}
				</a>
			)}
			<div class="title">
				<h1 tabIndex={-1} dir="auto">
					{heading ?? title}
				</h1>
				{actions && <div class="title-actions">{actions}</div>}
			</div>
			{children}
		</>
	);
}

/** A part of a screen with its heading. */
export function Section({
	title,
	action,
	children,
}: {
	title: string;
	action?: ComponentChildren;
	children: ComponentChildren;
}) {
	return (
		<section class="section">
			<div class="section-title">
				<h2>{title}</h2>
				{action}
			</div>
			{children}
		</section>
	);
}
