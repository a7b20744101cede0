// The viewer of DICOM images.

import { start } from "./frame";
import { scan } from "./scan";

start({ "application/dicom": scan });
