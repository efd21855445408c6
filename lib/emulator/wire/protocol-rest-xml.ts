import type { Protocol } from './protocol.ts';
import { toXml } from './protocol-query-xml.ts';
import { AwsError } from './service.ts';

/** The operations of CloudFront by their method and whether their path ends with `/config`. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'GET ': 'GetDistribution',
  'GET /config': 'GetDistributionConfig',
  'PUT /config': 'UpdateDistribution',
};
const DISTRIBUTION = /^\/2020-05-31\/distribution\/([^/?]+)(\/config)?$/;
const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

/** CloudFront over REST-XML: a document in, as text, and a document with its ETag out (smithy.io, "AWS restXml protocol"). */
export const restXmlProtocol: Protocol = {
  serviceAsked: ({ target }) => (DISTRIBUTION.test(target) ? 'cloudfront' : undefined),
  operationAsked: ({ method, target }) => OPERATIONS[`${method} ${DISTRIBUTION.exec(target)?.[2] ?? ''}`] ?? '',
  call: async (service, { method, target, headers, body }, caller) => {
    const [, Id = '', rest = ''] = DISTRIBUTION.exec(target) ?? [];
    const operation = OPERATIONS[`${method} ${rest}`];
    if (operation === undefined)
      throw new AwsError(
        'UnknownOperationException',
        'This operation of CloudFront is not emulated on this machine.',
        404,
      );
    const IfMatch = headers['if-match'];
    const document = body.length > 0 ? { Document: body.toString() } : {};
    const { ETag, Document } = await service.call(operation, { Id, IfMatch, ...document }, caller);
    return { status: 200, headers: { 'content-type': 'text/xml', etag: String(ETag) }, body: String(Document) };
  },
  refuse: ({ name, message, status }, requestId) => {
    const [code, as] = NAMES.get(name) ?? [name, status];
    const said = { Type: as >= 500 ? 'Receiver' : 'Sender', Code: code, Message: message };
    const content = toXml({ Error: said, RequestId: requestId });
    const body = `<?xml version="1.0"?>\n<ErrorResponse xmlns="${NAMESPACE}">${content}</ErrorResponse>`;
    return { status: as, headers: { 'content-type': 'text/xml' }, body };
  },
};

/** What CloudFront calls errors of authentication, with their HTTP status ("Common errors", CloudFront API reference). */
const NAMES: ReadonlyMap<string, readonly [string, number]> = new Map([
  ['AccessDeniedException', ['AccessDenied', 403]],
  ['IncompleteSignatureException', ['IncompleteSignature', 403]],
  ['InvalidSignatureException', ['SignatureDoesNotMatch', 403]],
  ['MissingAuthenticationTokenException', ['MissingAuthenticationToken', 403]],
  ['UnrecognizedClientException', ['InvalidClientTokenId', 403]],
] as const);
