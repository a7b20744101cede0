// A dialog over the page: from below on a phone, in the middle on a desktop.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../texts";
import { Icon } from "./Icon";

/** A dialog. It is open as long as it is there. */
export function Sheet({
	title,
	onClose,
	canClose = true,
	children,
}: {
	title: string;
	onClose: () => void;
	canClose?: boolean;
	children: ComponentChildren;
}) {
	const id = useId();
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const before = document.activeElement;
		dialog.current?.showModal();
		dialog.current?.querySelector<HTMLElement>("h2")?.focus();
		return () => {
			if (before instanceof HTMLElement && before.isConnected) before.focus();
		};
	}, []);
	return (
		<dialog
			ref={dialog}
			class="sheet"
			aria-labelledby={id}
			onCancel={(event) => {
				event.preventDefault();
				if (canClose) onClose();
			}}
		>
			<div class="sheet-title">
				<h2 id={id} tabIndex={-1}>
					{title}
				</h2>
				{canClose && (
					<button type="button" class="icon-button" aria-label={t("page-close")} onClick={onClose}>
						<Icon name="cross" />
					</button>
				)}
			</div>
			{children}
		</dialog>
	);
}
