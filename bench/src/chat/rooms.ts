/** People who write to each other, as numbers: two or three of them. */
export type Room = readonly number[];

/** Pairs and rooms of three in turns, until everybody is in one. */
export function roomsOf(people: number): Room[] {
  const rooms: number[][] = [];
  for (let next = 0; next < people;) {
    const left = people - next;
    // Nobody is left alone at the end.
    const size = left === 2 || left === 4 ? 2 : left === 3 ? 3 : rooms.length % 2 === 0 ? 2 : 3;
    rooms.push(Array.from({ length: size }, (_, at) => next + at));
    next += size;
  }
  return rooms;
}
