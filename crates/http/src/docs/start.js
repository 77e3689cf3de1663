// Shows the document that the page names. No validator is asked about it: that would be another host.
SwaggerUIBundle({
    url: document.currentScript.dataset.document,
    dom_id: "#page",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayOperationId: false,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
});
