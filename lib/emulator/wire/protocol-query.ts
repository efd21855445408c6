import type { Protocol } from './protocol.ts';
import { readForm } from './protocol-query-form.ts';
import { toXml } from './protocol-query-xml.ts';
import { AwsError } from './service.ts';

/** The XML namespaces of the emulated Query services by signing name. */
const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['cloudformation', 'http://cloudformation.amazonaws.com/doc/2010-05-15/'],
  ['sns', 'http://sns.amazonaws.com/doc/2010-03-31/'],
  ['sts', 'https://sts.amazonaws.com/doc/2011-06-15/'],
]);

/** What AWS calls errors of authentication in its Query protocol, with their HTTP status ("Common errors" of CloudFormation, SNS and STS). */
const QUERY_NAMES: ReadonlyMap<string, readonly [string, number]> = new Map([
  ['ExpiredTokenException', ['ExpiredToken', 403]],
  ['IncompleteSignatureException', ['IncompleteSignature', 400]],
  ['InvalidSignatureException', ['SignatureDoesNotMatch', 403]],
  ['MissingAuthenticationTokenException', ['MissingAuthenticationToken', 403]],
  ['UnrecognizedClientException', ['InvalidClientTokenId', 403]],
  ['UnknownOperationException', ['InvalidAction', 400]],
] as const);

/** The service whose API has the version that the form names; each has another one. */
const ofVersion = (body: Buffer = Buffer.alloc(0)): string | undefined => {
  const version = String(readForm(body.toString('utf8')).Version ?? '');
  return [...NAMESPACES].find(([, namespace]) => namespace.endsWith(`/${version}/`))?.[0];
};

/** AWS Query: a form with `Action`, answered in XML (smithy.io, "AWS Query protocol"). Every value of the input is text. */
export const queryProtocol: Protocol = {
  serviceAsked: ({ body }, scopeService) =>
    scopeService === undefined ? ofVersion(body) : NAMESPACES.has(scopeService) ? scopeService : undefined,
  operationAsked: ({ body }) => String(readForm(body.toString('utf8')).Action ?? ''),
  call: async (service, { body }, caller, requestId) => {
    const { Action, Version, ...input } = readForm(body.toString('utf8'));
    if (typeof Action !== 'string')
      throw new AwsError('MissingAction', 'The request must contain the parameter Action.');
    const output = await service.call(Action, input, caller);
    const content = { [`${Action}Result`]: output, ResponseMetadata: { RequestId: requestId } };
    return xml(200, `${Action}Response`, NAMESPACES.get(service.signingName), content);
  },
  refuse: (error, requestId) => {
    const [code, status] = QUERY_NAMES.get(error.name) ?? [error.name, error.status];
    const type = status >= 500 ? 'Receiver' : 'Sender';
    const content = { Error: { Type: type, Code: code, Message: error.message }, RequestId: requestId };
    return xml(status, 'ErrorResponse', undefined, content);
  },
};

const xml = (status: number, root: string, namespace: string | undefined, content: Record<string, unknown>) => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<${root}${namespace ? ` xmlns="${namespace}"` : ''}>${toXml(content)}</${root}>`,
});
