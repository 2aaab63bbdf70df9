import {withMock} from "./with-mock.mjs";

export default async function setup() {
  const mock = await withMock("openapi.yaml");
  process.env.MOCK_URL = mock.url; // where the document's own paths begin
  process.env.MOCK_TOKEN = mock.auth.token; // by the name of the security scheme
  return mock.stop; // called at the end
}
