/** Where a gateway stands; and its kits when they have a file of their own, each by its place in there. */
export type GatewayPlace = {
  readonly file: string;
  readonly index: number;
  readonly kits?: { readonly file: string; readonly placeOf: (index: number) => string | undefined };
};

const inDocument = /gateways\[(\d+)\](?:\.kits\[(\d+)\])?(\.?)/g;

/** A problem of the document as one of the files: `gateways[3].kits[17].owner: …` becomes `edge.ndjson line 18: owner: …`. */
export const placed = (problem: string, places: readonly GatewayPlace[], isSplit: boolean): string =>
  problem.replace(inDocument, (there: string, gateway: string, kit: string | undefined, dot: string) => {
    const place = places[Number(gateway)];
    if (!place) return there;
    const ofKit = kit === undefined ? undefined : place.kits?.placeOf(Number(kit));
    if (ofKit !== undefined) return `${ofKit}${dot && ': '}`;
    if (!isSplit) return there;
    return `${place.file}: gateways[${place.index}]${kit === undefined ? '' : `.kits[${kit}]`}${dot}`;
  });
