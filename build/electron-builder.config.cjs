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

/** @type {import("electron-builder").Configuration} */
module.exports = {
  appId: "org.netloom.desktop",
  productName: "Netloom",
  copyright: "Netloom contributors, MIT licence",
  directories: { output: "release", buildResources: "build/icons" },
  files: [
    "package.json",
    "LICENSE",
    "dist/{renderer,desktop,cli}/**",
    "!dist/**/*.map",
    "!dist/**/.inputs",
    "templates/**",
    "build/icons/icon.png",
    ...[...pageOnly, ...pageOnlyScopes].map((name) => `!node_modules/${name}/**`),
  ],
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
    target: ["AppImage", "deb"],
    executableName: "netloom",
    category: "Science",
    synopsis: "Draw, check and train neural networks",
    maintainer: "Netloom contributors <netloom@localhost>",
    mimeTypes: ["application/x-netloom"],
  },
  mac: {
    target: ["dmg"],
    category: "public.app-category.developer-tools",
    hardenedRuntime: true,
  },
  win: { target: ["nsis"] },
  nsis: {
    oneClick: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
  },
  artifactName: "${productName}-${version}-${os}-${arch}.${ext}",
  publish: null,
};
