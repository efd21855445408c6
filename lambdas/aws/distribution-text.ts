import type { AssociationChange } from '../ports.ts';

const association =
  /<LambdaFunctionAssociation>(?:(?!<\/LambdaFunctionAssociation>)[\s\S])*<\/LambdaFunctionAssociation>/g;
/** What could make a text look like an element. CloudFront writes none of it. */
const unclear = /<!--|<!\[CDATA\[|<!DOCTYPE/;

/**
 * The XML of a distribution's configuration with other functions, and not a character changed elsewhere, together with how
 * many were replaced: an SDK would drop every field that is newer than itself, and UpdateDistribution takes what is absent
 * for what is to be taken away. `undefined` for what cannot be edited so.
 */
export const withAssociations = (
  xml: string,
  { eventType, from, to }: AssociationChange,
): { readonly xml: string; readonly replaced: number } | undefined => {
  if (unclear.test(xml)) return undefined;
  let replaced = 0;
  const changed = xml.replace(association, (block) => {
    const arn = contentOf(block, 'LambdaFunctionARN');
    if (arn === undefined || contentOf(block, 'EventType') !== eventType || !from.includes(arn)) return block;
    replaced += 1;
    return block.replace(`<LambdaFunctionARN>${arn}<`, () => `<LambdaFunctionARN>${to}<`);
  });
  return { xml: changed, replaced };
};

const contentOf = (block: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<&]*)</${element}>`).exec(block)?.[1];
