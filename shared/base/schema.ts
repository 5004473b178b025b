import { z } from "zod";

// zod would compile object schemas with `new Function`, which the page's content security policy forbids and reports.
// The setting is read when a schema is made: so code that runs in the page takes `z` from here, never from the package.
z.config({ jitless: true });

export { z };
