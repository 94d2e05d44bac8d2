// Holds JSON Feeds against the JSON schema of JSON Feed 1.1.
//
// Standard input: a JSON list of paths. Standard output: for each, in order, a list of what does not fit.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import schema from "jsonfeed-schema/v1.1.js";

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
const fits = ajv.compile(schema);
const said = JSON.parse(readFileSync(0, "utf8")).map((path) => {
  fits(JSON.parse(readFileSync(path, "utf8")));
  return (fits.errors ?? []).map((each) => `${each.instancePath || "/"}: ${each.message}`);
});
process.stdout.write(JSON.stringify(said));
