import { nodeWidth } from "./geometry.ts";

/** What shares a node's first line with its title. */
export interface TitleLine {
  readonly title: string;
  readonly name: string;
  readonly badge: string;
  readonly repeat: number;
  readonly isMuted: boolean;
  readonly isFrozen: boolean;
  readonly sharedWith: string;
}

/** Average widths of the three faces, canvas units a character. */
const titleWidth = { capital: 9, other: 7 };
/** Of the smaller face to the larger. */
const smaller = 0.89;
const nameWidth = 5.9;
const badgeWidth = 6.6;
const gap = 8;
const room = nodeWidth - 27;
/** A name cut off shorter than this tells nothing. */
const leastName = 50;

/**
 * Divides a node's first line without measuring: whether the title must be written smaller, and whether the name has
 * room beside it or goes before the options in the second line.
 */
export function fitTitle(line: TitleLine): {
  readonly isTight: boolean;
  readonly hasRoomForName: boolean;
} {
  const beside =
    (line.badge === "" ? 0 : gap + Math.min(line.badge.length * badgeWidth, room / 2)) +
    (line.repeat > 1 ? gap + 24 : 0) +
    (line.isMuted ? gap + 38 : 0) +
    (line.isFrozen ? gap + 11 : 0) +
    (line.sharedWith === "" ? 0 : gap + 15 + line.sharedWith.length * nameWidth);
  const capitals = line.title.replace(/[^A-Z]/g, "").length;
  const title = capitals * titleWidth.capital + (line.title.length - capitals) * titleWidth.other;
  const isTight = title + beside > room;
  const left = room - beside - title * (isTight ? smaller : 1) - gap;
  return {
    isTight,
    hasRoomForName: left >= Math.min(leastName, line.name.length * nameWidth),
  };
}
