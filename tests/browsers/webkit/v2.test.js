import { v2Scenarios } from "../v2-scenarios.js";
import { launchWebKit } from "./driver.js";

await v2Scenarios(launchWebKit);
