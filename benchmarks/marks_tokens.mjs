// Counts tokens with npm's gpt-tokenizer and, where it is there, @anthropic-ai/tokenizer.
//
//     node marks_tokens.mjs FOLDER < texts.json
//
// FOLDER holds node_modules. Standard input is a JSON array of texts; out comes, by tokenizer, the
// list of their numbers of tokens.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const need = createRequire(join(resolve(process.argv[2]), "package.json"));
const texts = JSON.parse(readFileSync(0, "utf8"));
const out = {};
for (const name of ["o200k_base", "cl100k_base"]) {
  const { encode } = await import(pathToFileURL(need.resolve(`gpt-tokenizer/encoding/${name}`)));
  out[name] = texts.map((text) => encode(text).length);
}
try {
  const { countTokens } = need("@anthropic-ai/tokenizer");
  out["claude (2023)"] = texts.map((text) => countTokens(text));
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
}
process.stdout.write(JSON.stringify(out));
