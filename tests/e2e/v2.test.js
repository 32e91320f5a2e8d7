import { v2Scenarios, startV2 } from "../browsers/v2-scenarios.js";
import { stage } from "../support/stage.js";

v2Scenarios(stage(undefined, startV2));
