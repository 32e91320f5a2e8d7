import { coreScenarios } from "../scenarios.js";
import { launchWebKit } from "./driver.js";

coreScenarios(launchWebKit);
