// A QR code as one path, always dark on light, so that every scanner reads it.

import type { QrCode as Code } from "../messages";
import { t } from "../texts";

/** The light margin, in modules. */
const MARGIN = 4;

/** A QR code. */
export function QrCode({ code }: { code: Code }) {
	const side = code.size + 2 * MARGIN;
	return (
		<svg class="qr" viewBox={`${-MARGIN} ${-MARGIN} ${side} ${side}`} role="img" aria-label={t("page-code-label")}>
			<rect x={-MARGIN} y={-MARGIN} width={side} height={side} fill="#fff" />
			<path d={code.path} fill="#000" shape-rendering="crispEdges" />
		</svg>
	);
}
