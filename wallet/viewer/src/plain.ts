// The small viewer: pictures and text.

import { start } from "./frame";
import { picture } from "./pictures";
import { text } from "./text";

start({ "image/jpeg": picture, "image/png": picture, "image/webp": picture, "text/plain": text });
