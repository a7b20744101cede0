// The course of a value as a line, with its reference range as a band, and as a table for readers.

import type { Block } from "../messages";
import { language, t } from "../texts";
import { isWide } from "../state";
import { Table } from "./Blocks";

type Series = Extract<Block, { block: "series" }>;

const HEIGHT = 220;
const LEFT = 56;
const EDGE = 14;
const BOTTOM = 30;

/** A chart and its table. */
export function Chart({ series }: { series: Series }) {
	const points = series.points;
	const first = points[0];
	const last = points[points.length - 1];
	const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 4 });
	const title = series.unit ? `${series.name} (${series.unit})` : series.name;
	return (
		<figure class="chart">
			<figcaption class="strong" dir="auto">
				{title}
			</figcaption>
			{first && last && points.length > 1 && <Picture series={series} format={(value) => number.format(value)} />}
			<details open={points.length === 1}>
				<summary>{t("page-record-values")}</summary>
				<Table
					columns={[t("page-record-date"), title]}
					rows={points.map(([when, , value]) => [when, number.format(value)])}
				/>
				{range(series, (value) => number.format(value)) && (
					<p class="quiet">
						{t("page-record-range")}: {range(series, (value) => number.format(value))}
					</p>
				)}
			</details>
		</figure>
	);
}

function range({ low, high, unit }: Series, format: (value: number) => string): string {
	const ends =
		low !== null && high !== null
			? `${format(low)}–${format(high)}`
			: low !== null
				? `≥ ${format(low)}`
				: high !== null
					? `≤ ${format(high)}`
					: "";
	return ends && `${ends} ${unit}`.trim();
}

function Picture({ series, format }: { series: Series; format: (value: number) => string }) {
	const { points, low, high } = series;
	const width = isWide.value ? 640 : 340;
	const values = [...points.map(([, , value]) => value), ...[low, high].filter((end) => end !== null)];
	const least = Math.min(...values);
	const most = Math.max(...values);
	const pad = (most - least) * 0.12 || Math.abs(most) * 0.1 || 1;
	const times = points.map(([, time]) => time);
	const start = Math.min(...times);
	const span = Math.max(...times) - start || 1;
	const x = (time: number) => LEFT + EDGE + ((time - start) / span) * (width - LEFT - 2 * EDGE);
	const y = (value: number) =>
		EDGE + (1 - (value - least + pad) / (most - least + 2 * pad)) * (HEIGHT - BOTTOM - EDGE);
	const top = high === null ? EDGE : y(high);
	const bottom = low === null ? HEIGHT - BOTTOM : y(low);
	const line = points.map(([, time, value], index) => `${index ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`);
	return (
		<svg viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true" focusable="false">
			{(low !== null || high !== null) && (
				<rect class="chart-band" x={LEFT} y={top} width={width - LEFT} height={Math.max(bottom - top, 1)} />
			)}
			{[least, most].map((value) => (
				<g key={value}>
					<path class="chart-grid" d={`M${LEFT} ${y(value)}H${width}`} />
					<text x={LEFT - 8} y={y(value) + 5} text-anchor="end">
						{format(value)}
					</text>
				</g>
			))}
			<path class="chart-line" d={line.join("")} />
			{points.map(([when, time, value]) => {
				const isOut = (low !== null && value < low) || (high !== null && value > high);
				return (
					<circle key={`${when} ${time}`} class={isOut ? "chart-out" : "chart-point"} cx={x(time)} cy={y(value)} r={isOut ? 7 : 5} />
				);
			})}
			<text x={LEFT} y={HEIGHT - 6}>
				{points[0]?.[0]}
			</text>
			<text x={width} y={HEIGHT - 6} text-anchor="end">
				{points[points.length - 1]?.[0]}
			</text>
		</svg>
	);
}
