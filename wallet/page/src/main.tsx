// Starts the page: the language first, then the core, then what the core says.

import { render } from "preact";
import "./style.css";
import { App } from "./app";
import { applyAppearance } from "./appearance";
import { followRelease } from "./release";
import { startRouter } from "./router";
import { followWidth, start } from "./state";
import { loadLanguage, pageLanguage } from "./texts";
import { coreUrl } from "./trusted";

applyAppearance();
followWidth();
startRouter();
const element = document.getElementById("app");
await loadLanguage(pageLanguage(navigator.language));
if (element) render(<App />, element);
void start(coreUrl);
followRelease().catch(() => undefined);
