import { coreScenarios } from "../scenarios.js";
import { launchFirefox } from "./driver.js";

coreScenarios(launchFirefox);
