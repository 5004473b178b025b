import { useAnnouncement } from "./announce.ts";

/** Where `announce` is heard. The same text twice is two announcements, hence the alternating blank. */
export function LiveRegion() {
  const { text, count } = useAnnouncement();
  return (
    <div className="nl-visually-hidden" role="status" aria-live="polite">
      {count % 2 === 0 ? text : `${text}\u00a0`}
    </div>
  );
}
