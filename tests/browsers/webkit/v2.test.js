import { stage } from "../stage.js";
import { startV2, v2Scenarios } from "../v2-scenarios.js";
import { launchWebKit } from "./driver.js";

v2Scenarios(stage(launchWebKit, undefined, startV2));
