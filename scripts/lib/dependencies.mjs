// What can be said about other people's code: may we use it (without a network), and is it known to be unsafe.
import { Unavailable } from "./parts.mjs";
import { cargoDeny } from "./prerequisites.mjs";
import { Failure, npmOutput, run } from "./run.mjs";

/** What may be used: deny.toml says. */
export function checkCrates() {
  return deny("check", "licenses", "bans", "sources");
}

/** A list that cannot be had is not a list without entries. */
export async function auditCrates() {
  await deny("fetch", "db").catch(() => {
    throw new Unavailable("the advisories of RustSec could not be fetched from github.com");
  });
  await deny("check", "advisories");
}

export function auditNpmPackages() {
  const answer = JSON.parse(npmOutput("audit", "--json"));
  if (!answer.vulnerabilities) throw new Unavailable(`the npm registry gives no advisories: ${answer.message}`);
  const faults = Object.values(answer.vulnerabilities).map(
    ({ name, range, severity }) => `${name} ${range}: ${severity}`,
  );
  if (faults.length > 0) throw new Failure(`${faults.join("; ")}. \`npm audit\` says more`);
}

function deny(...args) {
  return run(cargoDeny, ["--workspace", "--locked", ...args]);
}
