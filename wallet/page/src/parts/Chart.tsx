// The course of a value as a line, with its reference range as a band, and as a table for readers.

import type { Block } from "../messages";
import { isWide } from "../state";
import { language, t } from "../texts";
import { Table } from "./Table";

type Series = Extract<Block, { block: "series" }>;

const HEIGHT = 220;
const LEFT = 56;
const EDGE = 14;
const BOTTOM = 30;

/** A chart and its table. */
export function Chart({ series }: { series: Series }) {
	const { points, range } = series;
	const title = series.unit ? `${series.name} (${series.unit})` : series.name;
	const hasRemarks = points.some((point) => point.remark);
	const columns = [t("page-record-date"), title, ...(hasRemarks ? [t("page-record-remark")] : [])];
	return (
		<figure class="chart">
			<figcaption class="strong" dir="auto">
				{title}
			</figcaption>
			{points.length > 1 && <Picture series={series} />}
			{range && (
				<p class="quiet small">
					{t("page-record-range")}: <bdi>{range}</bdi>
				</p>
			)}
			<details open={points.length === 1}>
				<summary>{t("page-record-values")}</summary>
				<Table
					columns={columns}
					rows={points.map((point) => [point.when, point.text, ...(hasRemarks ? [point.remark] : [])])}
				/>
			</details>
		</figure>
	);
}

function Picture({ series: { points, low, high } }: { series: Series }) {
	const width = isWide.value ? 640 : 340;
	const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 4 });
	const ends = [low, high].filter((end) => end !== null);
	const values = [...points.map((point) => point.value), ...ends];
	const least = Math.min(...values);
	const most = Math.max(...values);
	const pad = (most - least) * 0.12 || Math.abs(most) * 0.1 || 1;
	const times = timesOf(points.map((point) => point.moment));
	const start = Math.min(...times);
	const span = Math.max(...times) - start || 1;
	const x = (index: number) => LEFT + EDGE + (((times[index] ?? start) - start) / span) * (width - LEFT - 2 * EDGE);
	const y = (value: number) =>
		EDGE + (1 - (value - least + pad) / (most - least + 2 * pad)) * (HEIGHT - BOTTOM - EDGE);
	const top = high === null ? EDGE : y(high);
	const bottom = low === null ? HEIGHT - BOTTOM : y(low);
	const line = points.map((point, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${y(point.value).toFixed(1)}`);
	return (
		<svg viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true" focusable="false">
			{ends.length > 0 && (
				<rect class="chart-band" x={LEFT} y={top} width={width - LEFT} height={Math.max(bottom - top, 1)} />
			)}
			{[least, most].map((value) => (
				<g key={value}>
					<path class="chart-grid" d={`M${LEFT} ${y(value)}H${width}`} />
					<text x={LEFT - 8} y={y(value) + 5} text-anchor="end">
						{number.format(value)}
					</text>
				</g>
			))}
			<path class="chart-line" d={line.join("")} />
			{points.map(({ value }, index) => {
				const isOut = (low !== null && value < low) || (high !== null && value > high);
				return (
					<circle
						key={index}
						class={isOut ? "chart-out" : "chart-point"}
						cx={x(index)}
						cy={y(value)}
						r={isOut ? 7 : 5}
					/>
				);
			})}
			<text x={LEFT} y={HEIGHT - 6}>
				{points[0]?.when}
			</text>
			<text x={width} y={HEIGHT - 6} text-anchor="end">
				{points[points.length - 1]?.when}
			</text>
		</svg>
	);
}

/** Where the moments lie. If one of them says too little, all have the same distance. */
function timesOf(moments: string[]): number[] {
	const times = moments.map((moment) => Date.parse(moment));
	return times.every(Number.isFinite) ? times : moments.map((_, index) => index);
}
