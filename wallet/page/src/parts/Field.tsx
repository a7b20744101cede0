// Fields with a label, a hint and an error that readers announce.

import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Choice } from "../messages";
import { t } from "../texts";
import { Icon } from "./Icon";

interface FieldProps {
	label: string;
	hint?: string;
	error?: string;
}

/** A label with its field. `children` gets the field's id and what describes it. */
export function Field({
	label,
	hint,
	error,
	children,
}: FieldProps & { children: (id: string, describedBy: string | undefined) => ComponentChildren }) {
	const id = useId();
	const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
	return (
		<div class="field">
			<label for={id}>{label}</label>
			{hint && (
				<p class="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
			{children(id, described || undefined)}
			<p class="error" id={`${id}-error`} role="alert">
				{error && (
					<>
						<Icon name="warning" /> {error}
					</>
				)}
			</p>
		</div>
	);
}

/** A line of text, a date or a month. */
export function TextField({
	text,
	type = "text",
	autocomplete = "off",
	...field
}: FieldProps & {
	text: Signal<string>;
	type?: "text" | "search" | "date" | "month" | "url";
	autocomplete?: string;
}) {
	return (
		<Field {...field}>
			{(id, describedBy) => (
				<input
					id={id}
					type={type as "text"}
					value={text.value}
					autocomplete={autocomplete}
					autocapitalize="none"
					spellcheck={false}
					aria-describedby={describedBy}
					aria-invalid={field.error ? true : undefined}
					onInput={(event) => (text.value = event.currentTarget.value)}
				/>
			)}
		</Field>
	);
}

/** Several lines of text. */
export function LongField({ text, ...field }: FieldProps & { text: Signal<string> }) {
	return (
		<Field {...field}>
			{(id, describedBy) => (
				<textarea
					id={id}
					rows={4}
					value={text.value}
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					aria-describedby={describedBy}
					aria-invalid={field.error ? true : undefined}
					onInput={(event) => (text.value = event.currentTarget.value)}
				/>
			)}
		</Field>
	);
}

/** A passphrase, which can be shown. */
export function PassphraseField({
	text,
	isShown,
	isNew,
	...field
}: FieldProps & { text: Signal<string>; isShown: Signal<boolean>; isNew?: boolean }) {
	return (
		<Field {...field}>
			{(id, describedBy) => (
				<div class="with-button">
					<input
						id={id}
						type={(isShown.value ? "text" : "password") as "text"}
						value={text.value}
						autocomplete={isNew ? "new-password" : "current-password"}
						autocapitalize="none"
						spellcheck={false}
						aria-describedby={describedBy}
						aria-invalid={field.error ? true : undefined}
						onInput={(event) => (text.value = event.currentTarget.value)}
					/>
					<button
						type="button"
						class="icon-button"
						aria-pressed={isShown.value}
						aria-label={t("page-create-passphrase-show")}
						onClick={() => (isShown.value = !isShown.value)}
					>
						<Icon name={isShown.value ? "hide" : "show"} />
					</button>
				</div>
			)}
		</Field>
	);
}

/** One of several, from a list that opens. */
export function SelectField({
	choices,
	any,
	value,
	...field
}: FieldProps & { choices: Choice[]; any?: string; value: Signal<string> }) {
	return (
		<Field {...field}>
			{(id, describedBy) => (
				<select
					id={id}
					value={value.value}
					aria-describedby={describedBy}
					onChange={(event) => (value.value = event.currentTarget.value)}
				>
					{any !== undefined && <option value="">{any}</option>}
					{choices.map((choice) => (
						<option key={choice.key} value={choice.key}>
							{choice.text}
							{choice.hint && ` (${choice.hint})`}
						</option>
					))}
				</select>
			)}
		</Field>
	);
}

/** One of several, all of them visible. */
export function RadioField({
	label,
	choices,
	value,
}: {
	label: string;
	choices: Choice[];
	value: Signal<string>;
}) {
	const name = useId();
	return (
		<fieldset class="choices">
			<legend>{label}</legend>
			{choices.map((choice) => (
				<label key={choice.key} class="choice">
					<input
						type="radio"
						name={name}
						checked={value.value === choice.key}
						onChange={() => (value.value = choice.key)}
					/>
					<ChoiceText choice={choice} />
				</label>
			))}
		</fieldset>
	);
}

/** Any of several. */
export function CheckField({
	label,
	choices,
	values,
}: {
	label: string;
	choices: Choice[];
	values: Signal<string[]>;
}) {
	const toggle = (key: string, isOn: boolean) =>
		(values.value = isOn ? [...values.value, key] : values.value.filter((other) => other !== key));
	return (
		<fieldset class="choices">
			<legend>{label}</legend>
			{choices.map((choice) => (
				<label key={choice.key} class="choice">
					<input
						type="checkbox"
						checked={values.value.includes(choice.key)}
						onChange={(event) => toggle(choice.key, event.currentTarget.checked)}
					/>
					<ChoiceText choice={choice} />
				</label>
			))}
		</fieldset>
	);
}

/** Yes or no. */
export function Toggle({ label, hint, isOn }: { label: string; hint?: string; isOn: Signal<boolean> }) {
	return (
		<label class="choice">
			<input type="checkbox" checked={isOn.value} onChange={(event) => (isOn.value = event.currentTarget.checked)} />
			<ChoiceText choice={{ key: "", text: label, hint: hint ?? "" }} />
		</label>
	);
}

function ChoiceText({ choice }: { choice: Choice }) {
	return (
		<span class="choice-text">
			<bdi>{choice.text}</bdi>
			{choice.hint && (
				<span class="quiet small">
					<bdi>{choice.hint}</bdi>
				</span>
			)}
		</span>
	);
}

/** A button that opens a file, or the camera. */
export function FileButton({
	label,
	accept,
	capture,
	onFile,
}: {
	label: string;
	accept?: string;
	capture?: boolean;
	onFile: (file: File) => void;
}) {
	return (
		<label class="button file-button">
			{label}
			<input
				type="file"
				accept={accept}
				capture={capture ? "environment" : undefined}
				onChange={(event) => {
					const [file] = event.currentTarget.files ?? [];
					if (file) onFile(file);
					event.currentTarget.value = "";
				}}
			/>
		</label>
	);
}
