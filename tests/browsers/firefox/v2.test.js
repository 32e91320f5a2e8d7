import { v2Scenarios } from "../v2-scenarios.js";
import { launchFirefox } from "./driver.js";

await v2Scenarios(launchFirefox);
