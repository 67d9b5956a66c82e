/* The page of the REST interface: Swagger UI on our own description. */
const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  layout: "BaseLayout",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
