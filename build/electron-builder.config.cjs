// The packaged desktop application (`npm run dist`): what goes in, which fuses are blown, which installers come out.
const { dependencies } = require("../package.json");

/** Packages that Node code imports at run time. All others are bundled into the page already. */
const runtimePackages = new Set([
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-webgpu",
  "fflate",
  "hono",
  "papaparse",
  "webgpu",
  "zod",
]);
/** What the page's packages drag along. */
const pageOnlyScopes = ["@radix-ui", "@floating-ui", "@xyflow", "d3-*", "scheduler", "dompurify"];
const pageOnly = Object.keys(dependencies).filter((name) => !runtimePackages.has(name));

/**
 * What goes into the package, with the GPU library's binaries of one system only. Given per platform and not at the
 * top: a list that only takes away would be completed by "everything".
 */
const listFiles = (/** @type {string} */ otherSystems) => [
  "package.json",
  "LICENSE",
  "dist/{renderer,desktop,cli}/**",
  "!**/*.map",
  "!dist/**/.inputs",
  "templates/**",
  "build/icons/icon.png",
  // Of each tfjs package Node loads `*.node.js`; these are the same for browsers, sources and tests.
  "!node_modules/@tensorflow/*/dist/**/*.{es2017,fesm,min}*.js",
  "!node_modules/@tensorflow/*/dist/miniprogram/**",
  "!node_modules/@tensorflow/*/{src,benchmarks}/**",
  "!node_modules/@tensorflow/*/dist/**/*_test.*",
  ...[...pageOnly, ...pageOnlyScopes].map((name) => `!node_modules/${name}/**`),
  `!node_modules/webgpu/dist/{${otherSystems}}-*/**`,
];

/** @type {import("electron-builder").Configuration} */
module.exports = {
  appId: "org.netloom.desktop",
  productName: "Netloom",
  copyright: "Netloom contributors, MIT licence",
  directories: { output: "release", buildResources: "build/icons" },
  // Native modules can't be loaded from inside the archive.
  asar: true,
  asarUnpack: ["node_modules/webgpu/dist/**"],
  // `webgpu` brings binaries for every platform: nothing is compiled.
  npmRebuild: false,
  icon: "build/icons/icon.png",

  // https://www.electronjs.org/docs/latest/tutorial/fuses
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },

  fileAssociations: [
    {
      ext: "netloom",
      name: "Netloom project",
      description: "Netloom project",
      mimeType: "application/x-netloom",
      role: "Editor",
    },
  ],

  linux: {
    files: listFiles("darwin,win32"),
    target: ["AppImage", "deb"],
    executableName: "netloom",
    category: "Science",
    synopsis: "Draw, check and train neural networks",
    maintainer: "Netloom contributors <netloom@localhost>",
    mimeTypes: ["application/x-netloom"],
  },
  mac: {
    files: listFiles("linux,win32"),
    target: ["dmg"],
    category: "public.app-category.developer-tools",
    hardenedRuntime: true,
  },
  win: {
    files: listFiles("linux,darwin"),
    target: ["nsis"],
  },
  nsis: {
    oneClick: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
  },
  artifactName: "${productName}-${version}-${os}-${arch}.${ext}",
  publish: null,
};
