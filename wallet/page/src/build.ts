// What the build knows: the version, and the addresses of the files that the page starts or shows.

declare const __VERSION__: string;
declare const __CORE_URL__: string;
declare const __READER_URL__: string;
declare const __SERVICE_WORKER_URL__: string;
declare const __VIEWER_PDF_URL__: string;
declare const __VIEWER_DICOM_URL__: string;
declare const __VIEWER_PLAIN_URL__: string;

/** The release's version. */
export const VERSION = __VERSION__;

/** The core's worker. */
export const CORE_URL = __CORE_URL__;

/** The worker that reads QR codes. */
export const READER_URL = __READER_URL__;

/** The service worker. */
export const SERVICE_WORKER_URL = __SERVICE_WORKER_URL__;

/** The frame that shows PDF. */
export const VIEWER_PDF_URL = __VIEWER_PDF_URL__;

/** The frame that shows DICOM. */
export const VIEWER_DICOM_URL = __VIEWER_DICOM_URL__;

/** The frame that shows pictures and text. */
export const VIEWER_PLAIN_URL = __VIEWER_PLAIN_URL__;
