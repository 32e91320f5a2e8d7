// A connector for a server: it passes files on.

import { XanoFile, XanoNodeClient } from "@xano/js-sdk";
import { apiGroupBaseUrl, show } from "../world.js";

const client = new XanoNodeClient({ apiGroupBaseUrl });
const response = await client.post("/upload", {
  photo: new XanoFile("photo.png", Buffer.from("png")),
  terms: new XanoFile("terms.pdf", Buffer.from("pdf")),
  tags: ["a", "b"],
  title: "Both",
});
show(response.getBody());
