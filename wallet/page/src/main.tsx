// Starts the page: the language first, then the core, then what the core says.

import { render } from "preact";
import { App } from "./app";
import { askExtension } from "./extensions";
import { applyAppearance, preferredLanguage } from "./preferences";
import { followPrints } from "./print";
import { followRelease } from "./release";
import { startRouter } from "./router";
import { followNetwork, followWidth, start } from "./state";
import "./style.css";
import { loadLanguage } from "./texts";
import { watchTouches } from "./touch";
import { coreUrl } from "./trusted";

applyAppearance();
followWidth();
followNetwork();
startRouter();
followPrints();
const element = document.getElementById("app");
await loadLanguage(preferredLanguage());
if (element) render(<App />, element);
void start(coreUrl, askExtension);
watchTouches();
followRelease().catch(() => undefined);
