// The floors: a folder of src imports from lower floors only, never from a sibling on its own.
// `npm run layers` checks the sources against these rules, and the rules against made-up offences.

/** Lowest first. Folders on one floor do not know each other. */
export const floors = [
  ["core"],
  ["model", "resilience"],
  ["http", "socket", "ports"],
  ["streaming"],
  ["venues"],
  ["pricing", "trading", "exchange", "analysis"],
  ["hub", "simulator"],
  ["gateway", "cluster"],
  ["cli"],
];

/** Stands beside the floors: what tests of ours, and of our users, need. */
export const BESIDE_THE_FLOORS = "testing";

/** What `folder` may import from. @param {string} folder */
export function reachableFrom(folder) {
  const floor = floors.findIndex((folders) => folders.includes(folder));
  return [folder, ...floors.slice(0, floor).flat()];
}

const TESTS = "\\.test\\.ts$";
const NETWORK_PACKAGES = "(^|/)node_modules/(@types/)?(ws|undici)/";
const NOT_FOR_THE_MAIN_ENTRY =
  "^src/(simulator|gateway)/|(^|/)node_modules/(pino|prom-client|ccxt)/";

/** @param {string[]} names */
const folders = (...names) => `^src/(${names.join("|")})/`;

const layering = floors.flat().map((folder) => ({
  name: `floor:${folder}`,
  comment: `${folder}/ may import from ${reachableFrom(folder).join(", ")} only`,
  from: { path: folders(folder), pathNot: TESTS },
  // Whatever is in a folder, and not in a permitted one: a folder on no floor is forbidden too.
  to: { path: "^src/[^/]+/", pathNot: folders(...reachableFrom(folder)) },
}));

const rules = [
  ...layering,
  {
    name: "ports-are-shapes",
    comment: "ports/ holds interfaces over core and model, without a policy",
    from: { path: folders("ports"), pathNot: TESTS },
    to: { path: folders("resilience") },
  },
  {
    name: "venues-are-islands",
    comment: "one venue never imports another",
    from: { path: "^src/venues/([^/]+)/", pathNot: TESTS },
    to: { path: "^src/venues/", pathNot: "^src/venues/$1/" },
  },
  {
    name: "simulator-sees-wire-types-only",
    comment: "a misreading of the protocol must not be able to hide on both sides",
    from: { path: folders("simulator"), pathNot: TESTS },
    to: { path: folders("venues"), pathNot: "/wire\\.ts$" },
  },
  {
    name: "simulator-is-started-by-programs",
    comment: "the library never brings a venue of its own",
    from: { path: "^src/", pathNot: `${folders("cli", "gateway", "simulator")}|${TESTS}` },
    to: { path: folders("simulator") },
  },
  {
    name: "network-has-four-doors",
    comment: "ws and undici are imported by http, socket, simulator and gateway only",
    from: {
      path: "^src/",
      pathNot: `${folders("http", "socket", "simulator", "gateway")}|${TESTS}`,
    },
    to: { path: NETWORK_PACKAGES },
  },
  {
    name: "testing-stays-out",
    comment: "nothing that is shipped as a floor imports the testing kit or a test",
    from: { path: "^src/", pathNot: `${folders("testing")}|${TESTS}` },
    to: { path: `^(src/testing|test)/|${TESTS}` },
  },
  {
    name: "barrel-is-for-users",
    comment: "inside src, import the file",
    from: { path: "^src/", pathNot: TESTS },
    to: { path: "^src/index\\.ts$" },
  },
  {
    name: "main-entry-stays-light",
    comment: "importing holdfast loads no simulator, gateway, metrics, log or exchange library",
    from: { path: "^src/index\\.ts$" },
    to: { path: NOT_FOR_THE_MAIN_ENTRY, reachable: true },
  },
  {
    name: "examples-are-users",
    comment: "an example imports what a user can",
    from: { path: "^examples/" },
    to: { path: "^src/" },
  },
  { name: "no-cycles", from: {}, to: { circular: true } },
  {
    name: "everything-resolves",
    comment: "an import that is not found is an import that is not checked",
    from: { path: "^src/" },
    to: { couldNotResolve: true },
  },
];

const config = {
  forbidden: rules.map((rule) => ({ ...rule, severity: "error" })),
  options: {
    tsPreCompilationDeps: true, // type-only imports count
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    // As Node resolves an import: a package's exports before its main.
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};

export default config;
