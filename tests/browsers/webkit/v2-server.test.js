import { v2ServerScenarios } from "../v2-server-scenarios.js";
import { launchWebKit } from "./driver.js";

await v2ServerScenarios(launchWebKit);
