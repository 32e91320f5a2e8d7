import { v2ServerScenarios } from "../v2-server-scenarios.js";
import { launchFirefox } from "./driver.js";

await v2ServerScenarios(launchFirefox);
