// Writes api.d.ts from the document that the mock serves.
import {writeFile} from "node:fs/promises";
import openapiTS, {astToString} from "openapi-typescript";
import {withMock} from "./with-mock.mjs";

const mock = await withMock("openapi.yaml");
try {
  await writeFile("api.d.ts", astToString(await openapiTS(new URL("/openapi.yaml", mock.url))));
} finally {
  await mock.stop();
}
