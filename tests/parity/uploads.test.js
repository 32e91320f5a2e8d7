// The parts of an upload from Node: the same on both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { XanoFile } from "@xano/js-sdk/lib/models/file.js";
import { liveServer } from "../support/live-server.js";
import { liveClient } from "./http/live-client.js";
import { ours } from "./http/clients.js";

const NAMES = [
  "avif bmp css csv doc docx gif gz heic htm html ico jpeg jpg js json m4a md mov mp3 mp4 ogg pdf png pptx",
]
  .concat("svg tif tiff txt wav webm webp xls xlsx xml zip unknown")
  .flatMap((extensions) => extensions.split(" "))
  .map((extension) => `file.${extension}`)
  .concat("PHOTO.PNG", "no-extension", "two.parts.jpeg", ".png", "constructor");
const LIBRARIES = { original: { XanoFile }, ours };

test("each part of an upload has the type that its file's name says", async (t) => {
  const types = {};
  for (const library of ["original", "ours"]) {
    types[library] = {};
    const apiGroupBaseUrl = await liveServer(t, async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const [, name] = /filename="([^"]*)"/.exec(body);
      types[library][name] = /content-type: *(\S+)/i.exec(body)?.[1];
      response.end();
    });
    const client = liveClient(t, library, { apiGroupBaseUrl });
    for (const name of NAMES) {
      const file = new LIBRARIES[library].XanoFile(name, Buffer.from("content"));
      await client.request({ method: "post", endpoint: "/upload", bodyParams: { file } });
    }
  }
  assert.equal(Object.keys(types.ours).length, NAMES.length);
  assert.deepEqual(types.ours, types.original);
});
