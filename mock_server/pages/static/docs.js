"use strict";
// Starts Swagger UI. validatorUrl: without it, documents would be sent to a validator elsewhere.
const place = document.getElementById("swagger-ui");
const documents = JSON.parse(place.dataset.documents);
const ui = SwaggerUIBundle({
  domNode: place,
  urls: documents.map(({name, url}) => ({name, url})),
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  validatorUrl: null,
  onComplete: authorize,
});

// Requests that are tried have the credential that the mock lets in.
function authorize() {
  for (const {credentials} of documents) {
    for (const [scheme, credential] of Object.entries(credentials ?? {})) {
      const [user, password] = credential.split(":");
      if (password === undefined) ui.preauthorizeApiKey(scheme, credential);
      else ui.preauthorizeBasic(scheme, user, password);
    }
  }
}
