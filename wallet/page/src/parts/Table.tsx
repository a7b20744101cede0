// A table that is readable at every width.

/** A table. On a narrow screen each row is a card, so that nothing has to be scrolled sideways. */
export function Table({ columns, rows }: { columns: string[]; rows: string[][] }) {
	return (
		<table class="stacking" role="table">
			<thead role="rowgroup">
				<tr role="row">
					{columns.map((column, index) => (
						<th key={index} scope="col" role="columnheader" dir="auto">
							{column}
						</th>
					))}
				</tr>
			</thead>
			<tbody role="rowgroup">
				{rows.map((row, index) => (
					<tr key={index} role="row">
						{row.map((cell, column) =>
							column === 0 ? (
								<th key={column} scope="row" role="rowheader" dir="auto">
									{cell}
								</th>
							) : (
								<td key={column} role="cell" dir="auto">
									<span class="stacking-name" aria-hidden="true">
										{columns[column]}
									</span>
									<span>{cell}</span>
								</td>
							),
						)}
					</tr>
				))}
			</tbody>
		</table>
	);
}
