// The whole viewer: PDF, pictures and text.

import { start } from "./frame";
import { pages } from "./pages";
import { picture } from "./pictures";
import { text } from "./text";

start({
	"application/pdf": pages,
	"image/jpeg": picture,
	"image/png": picture,
	"image/webp": picture,
	"text/plain": text,
});
