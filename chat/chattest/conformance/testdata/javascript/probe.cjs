// Fails, and says why, if the checks can't run here.
const { existsSync } = require("node:fs");

const missing =
  Number(process.versions.node.split(".")[0]) < 20
    ? `node is ${process.version}, and they want 20 or later`
    : !existsSync(`${__dirname}/node_modules/.package-lock.json`) &&
      "their packages are not installed; make conformance does it, or npm ci in the folder of the checks";
if (missing) {
  console.error(missing);
  process.exit(1);
}
