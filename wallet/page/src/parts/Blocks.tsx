// A readable document: headings, facts, tables, texts, notes and courses of values.

import type { Block } from "../messages";
import { Chart } from "./Chart";
import { Note } from "./Status";
import { Table } from "./Table";

/** The document's parts. */
export function Blocks({ blocks }: { blocks: Block[] }) {
	return (
		<div class="document">
			{blocks.map((block, index) => (
				<Part key={index} block={block} />
			))}
		</div>
	);
}

function Part({ block }: { block: Block }) {
	switch (block.block) {
		case "heading":
			return <Heading level={block.level} text={block.text} />;
		case "facts":
			return (
				<dl class="facts">
					{block.facts.map(([name, value], index) => (
						<div key={index}>
							<dt dir="auto">{name}</dt>
							<dd dir="auto">{value}</dd>
						</div>
					))}
				</dl>
			);
		case "table":
			return <Table columns={block.columns} rows={block.rows} />;
		case "text":
			return (
				<p class="document-text" dir="auto">
					{block.text}
				</p>
			);
		case "note":
			return (
				<Note>
					<p class="document-text" dir="auto">
						{block.text}
					</p>
				</Note>
			);
		case "series":
			return <Chart series={block} />;
	}
}

function Heading({ level, text }: { level: number; text: string }) {
	if (level <= 2) return <h2 dir="auto">{text}</h2>;
	return level === 3 ? <h3 dir="auto">{text}</h3> : <h4 dir="auto">{text}</h4>;
}
