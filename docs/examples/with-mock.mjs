// Starts the mock of a document for the length of a test run: await withMock("openapi.yaml") has its url and credentials, and stop().
import {spawn} from "node:child_process";
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";

const PYTHON = process.env.PYTHON ?? "python3";

export async function withMock(document, ...options) {
  const folder = await mkdtemp(join(tmpdir(), "mock-"));
  const ready = join(folder, "ready.json");
  const command = ["-m", "mock_server", document, "--port", "0", "--quiet", "--ready-file", ready, ...options];
  const mock = spawn(PYTHON, command, {stdio: ["ignore", "ignore", "inherit"]});
  const stop = async () => {
    if (mock.exitCode === null) {
      mock.kill();
      await new Promise((done) => mock.once("exit", done));
    }
    await rm(folder, {recursive: true, force: true});
  };
  for (const start = Date.now(); Date.now() - start < 60_000; await new Promise((done) => setTimeout(done, 100))) {
    if (mock.exitCode !== null) break; // it has said why
    const content = await readFile(ready, "utf8").catch(() => null);
    if (content) {
      const [api] = Object.values(JSON.parse(content).apis);
      return {url: api.url, auth: api.auth, stop};
    }
  }
  await stop();
  throw new Error(`the mock of ${document} has not started`);
}
