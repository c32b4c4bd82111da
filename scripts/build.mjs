// npm run build: dist from nothing. The other scripts build by themselves when a source has changed.
import { setUp } from "./setup.mjs";

await setUp({ clean: true });
