/** DynamoDB takes items of 400 KB, and an item is more than its text. */
const bytesAtMost = 300_000;
const countAtMost = 1_000;

/** A long list as lists of which each fits into an item, in order; at least one, which may be empty. */
export const inParts = <One>(list: readonly One[]): readonly (readonly One[])[] => {
  const parts: One[][] = [];
  let part: One[] = [];
  let bytes = 0;
  for (const one of list) {
    const more = Buffer.byteLength(JSON.stringify(one)) + 1;
    if (part.length > 0 && (bytes + more > bytesAtMost || part.length === countAtMost)) {
      parts.push(part);
      [part, bytes] = [[], 0];
    }
    part.push(one);
    bytes += more;
  }
  return [...parts, part];
};
