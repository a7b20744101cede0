// How large a document may be that is shown. A larger one is saved.

/** Bytes of a document. */
export const MAX_BYTES = 20 * 1024 * 1024;
/** Bytes of a text. */
export const MAX_TEXT = 2 * 1024 * 1024;
/** Points of a picture, also of one within a PDF. */
export const MAX_POINTS = 100_000_000;
/** Pages of a PDF. */
export const MAX_PAGES = 2_000;
/** Pages that are drawn for printing. */
export const MAX_PRINTED = 100;
/** Points of a page that is drawn. */
export const MAX_CANVAS = 16_000_000;
/** Milliseconds until a document must be there. */
export const MAX_WAIT = 30_000;
