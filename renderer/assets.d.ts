// What the bundler understands besides TypeScript. Declared by hand: `vite/client` would bring Node's globals along.
declare module "*.css" {}
declare module "*.svg" {
  const url: string;
  export default url;
}
declare module "*?worker" {
  const WorkerConstructor: new (options?: { name?: string }) => Worker;
  export default WorkerConstructor;
}
declare module "*?url" {
  const url: string;
  export default url;
}
declare module "*?raw" {
  const text: string;
  export default text;
}
interface ImportMetaEnv {
  readonly DEV: boolean;
  readonly PROD: boolean;
}
interface ImportMeta {
  readonly env: ImportMetaEnv;
}
