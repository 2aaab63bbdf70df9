"use strict";
// Starts Swagger UI. validatorUrl: without it, documents would be sent to a validator elsewhere.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({
  domNode: place,
  urls: JSON.parse(place.dataset.documents),
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  validatorUrl: null,
});
