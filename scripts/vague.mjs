// node scripts/vague.mjs [FOLDER…]: lists the comments and documents that have vague words in them, and their share.
import { describeShare, measureProse } from "./lib/prose.mjs";

const wanted = process.argv.slice(2);
const measured = measureProse().filter(({ place }) => wanted.length === 0 || wanted.includes(place));
for (const { at, words, text } of measured.flatMap(({ hits }) => hits))
  console.log(`${at}: ${words.join(", ")}: ${text}`);
for (const place of measured) console.log(describeShare(place));
