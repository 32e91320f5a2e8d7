import { stage } from "../stage.js";
import { startV2, v2Scenarios } from "../v2-scenarios.js";
import { launchFirefox } from "./driver.js";

v2Scenarios(stage(launchFirefox, undefined, startV2));
