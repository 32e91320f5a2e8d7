import { after, before } from "node:test";
import { startServer } from "../../support/server.js";
import { packPackage } from "./projects.js";

/** The packed package, a server, and the settings of its clients as JSON: there while the tests of the calling file run. */
export function packagedStage() {
  const stage = {};

  before(async () => {
    stage.packed = await packPackage();
    stage.server = await startServer();
    stage.settings = JSON.stringify(stage.server.clientSettings);
  });

  after(async () => {
    await stage.server?.dispose();
    await stage.packed?.remove();
  });

  return stage;
}
