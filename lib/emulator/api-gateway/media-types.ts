/** A body as an event or a function's answer carries it: text, or bytes in base64. */
export type Payload = { readonly body: string | null; readonly isBase64Encoded: boolean };

/** `image/png` of `image/png;q=0.9, image/*`: API Gateway looks at the first type only. */
const firstOf = (header: string | undefined): string =>
  header?.split(',')[0]?.split(';')[0]?.trim().toLowerCase() ?? '';

const everything = '*/*';

/**
 * Whether API Gateway takes a header's media type for binary: it is in the API's list, or its group is ("image/*"). The type
 * {@link everything} in the list stands for each, and for no header at all ("Content type conversions in API Gateway").
 */
const isBinary = (binaryMediaTypes: readonly string[], header: string | undefined): boolean => {
  const type = firstOf(header);
  const group = /^[^/]+\/(?=[^/]+$)/.exec(type)?.[0];
  return binaryMediaTypes.some(
    (one) => one === everything || one === type || (group !== undefined && one === `${group}*`),
  );
};

/** The body of a request as the function gets it: bytes of a binary type in base64, everything else as UTF-8, whatever it was. */
export const payloadOf = (
  bytes: Buffer,
  contentType: string | undefined,
  binaryMediaTypes: readonly string[],
): Payload => {
  if (bytes.length === 0) return { body: null, isBase64Encoded: false };
  return isBinary(binaryMediaTypes, contentType ?? 'application/json')
    ? { body: bytes.toString('base64'), isBase64Encoded: true }
    : { body: bytes.toString(), isBase64Encoded: false };
};

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The body of a function's answer as the client gets it: base64 becomes bytes only for a client that accepts a binary type,
 * any other gets the base64 itself. The type that the function names does not count. `undefined` for what is no base64.
 */
export const answeredBody = (
  { body, isBase64Encoded }: Payload,
  accept: string | undefined,
  binaryMediaTypes: readonly string[],
): string | Buffer | undefined => {
  if (!isBase64Encoded || !isBinary(binaryMediaTypes, accept)) return body ?? '';
  return base64.test(body ?? '') ? Buffer.from(body ?? '', 'base64') : undefined;
};
