import { DOMParser, type Element } from '@xmldom/xmldom';
import { AwsError } from '../wire/service.ts';

/** The members that UpdateDistribution asks for ("Required fields for creating and updating distributions", CloudFront guide). */
const required = [
  ...['CallerReference', 'Aliases', 'DefaultRootObject', 'Origins', 'DefaultCacheBehavior', 'CacheBehaviors'],
  ...['CustomErrorResponses', 'Comment', 'Logging', 'PriceClass', 'Enabled', 'ViewerCertificate', 'Restrictions'],
  ...['WebACLId', 'HttpVersion'],
];
const requiredOfBehaviour = ['TargetOriginId', 'ViewerProtocolPolicy', 'LambdaFunctionAssociations'];
const eventTypes = ['viewer-request', 'viewer-response', 'origin-request', 'origin-response'];

/** Which function a behaviour calls, at which type of event. */
type Association = { readonly functionArn: string; readonly eventType: string };

/** A configuration as far as it is looked at. */
export type Configuration = { readonly callerReference: string; readonly associations: readonly Association[] };

/** Reads the XML of a DistributionConfig; throws what CloudFront answers to one that is damaged, incomplete or counts wrongly. */
export const configurationIn = (xml: string): Configuration => {
  const root = rootOf(xml);
  if (root?.localName !== 'DistributionConfig') throw new AwsError('MalformedInput', 'Unexpected document.');
  demand(root, required);
  const behaviours = [
    ...childrenOf(root, 'DefaultCacheBehavior'),
    ...childrenOf(root, 'CacheBehaviors').flatMap((list) => itemsOf(list)),
  ];
  return {
    callerReference: textOf(root, 'CallerReference'),
    associations: behaviours.flatMap(associationsOf),
  };
};

const rootOf = (xml: string): Element | null => {
  const fail = (): never => {
    throw new AwsError('MalformedInput', 'Could not parse XML');
  };
  try {
    return new DOMParser({ onError: fail }).parseFromString(xml, 'text/xml').documentElement;
  } catch {
    return fail();
  }
};

const associationsOf = (behaviour: Element): readonly Association[] => {
  demand(behaviour, requiredOfBehaviour);
  const found = childrenOf(behaviour, 'LambdaFunctionAssociations')
    .flatMap((list) => itemsOf(list))
    .map((one) => ({ functionArn: textOf(one, 'LambdaFunctionARN'), eventType: textOf(one, 'EventType') }));
  const types = found.map(({ eventType }) => eventType);
  if (types.some((type) => !eventTypes.includes(type)) || new Set(types).size < types.length)
    throw new AwsError(
      'InvalidLambdaFunctionAssociation',
      'The parameter EventType is unknown, or there is more than one association with it.',
    );
  return found;
};

/** The items of a list, whose number has to be said. */
const itemsOf = (list: Element): readonly Element[] => {
  const items = childrenOf(list, 'Items').flatMap((one) => childrenOf(one));
  if (textOf(list, 'Quantity') !== `${items.length}`)
    throw new AwsError(
      'InconsistentQuantities',
      `The value of Quantity and the size of Items of ${list.localName} differ.`,
    );
  return items;
};

const demand = (element: Element, names: readonly string[]): void => {
  const missing = names.find((name) => childrenOf(element, name).length !== 1);
  if (missing !== undefined)
    throw new AwsError(
      'MissingArgument',
      `${element.localName} needs one member ${missing}; what is left out is not kept.`,
    );
};

const childrenOf = (element: Element, name?: string): readonly Element[] =>
  Array.from(element.childNodes).filter(
    (node): node is Element => node.nodeType === node.ELEMENT_NODE && (name === undefined || node.localName === name),
  );

const textOf = (element: Element, name: string): string => childrenOf(element, name)[0]?.textContent ?? '';
