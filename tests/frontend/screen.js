"use strict";
// A screen as a frontend developer writes it. Where the mock is, and what is sent with every request, stands in the address.
const {url, headers} = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const form = document.forms[0];
const said = document.getElementById("said");
const field = document.getElementById("field");

async function ask(method, body) {
  const prefer = form.prefer.value ? {Prefer: form.prefer.value} : {};
  const type = body ? {"Content-Type": "application/json"} : {};
  return fetch(url, {method, credentials: "include", headers: {...headers, ...type, ...prefer}, body: body && JSON.stringify(body)});
}

async function load() {
  form.first_name.value = (await (await ask("GET")).json()).first_name;
  said.textContent = "Loaded.";
}

async function save() {
  said.textContent = "Saving…";
  field.textContent = "";
  form.querySelector("button").disabled = true;
  try {
    await told(await ask("PATCH", {first_name: form.first_name.value}));
  } catch (error) {
    said.textContent = error instanceof SyntaxError ? "The answer is broken." : "No answer. Save again?";
  } finally {
    form.querySelector("button").disabled = false;
  }
}

async function told(answer) {
  const content = await answer.json();
  const words = {
    400: "Please look at the fields.",
    401: "Please sign in.",
    404: "This customer is gone.",
    429: `Too many requests: try again in ${answer.headers.get("Retry-After")} seconds.`,
  };
  if (answer.status === 400) field.textContent = content.first_name.join(" ");
  said.textContent = answer.ok ? `Saved ${content.first_name}.` : (words[answer.status] ?? "The shop has a fault.");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
load();
