import { describe, expect, test } from 'vitest';
import { withAssociations } from '../../lambdas/aws/distribution-text.ts';

const arn = (version: number) => `arn:aws:lambda:us-east-1:000000000000:function:kit:${version}`;
const block = (version: number, type: string, more = '') =>
  `<LambdaFunctionAssociation>${more}<LambdaFunctionARN>${arn(version)}</LambdaFunctionARN>\n<EventType>${type}</EventType></LambdaFunctionAssociation>`;
const change = { eventType: 'viewer-request', from: [arn(1), arn(2)], to: arn(3) };

describe('the configuration of a distribution as text', () => {
  test('has other functions at this event, and not a character changed elsewhere', () => {
    const xml = (one: number, other: number) =>
      `<A>${block(one, 'viewer-request', '<New/>')}<Comment>${arn(1)} &lt;</Comment>${block(1, 'origin-request')}${block(other, 'viewer-request')}${block(11, 'viewer-request')}</A>`;
    expect(withAssociations(xml(1, 2), change)).toEqual({ xml: xml(3, 3), replaced: 2 });
  });

  test('takes an ARN as it is', () => {
    const to = '$&$1';
    expect(withAssociations(block(1, 'viewer-request'), { ...change, to })?.xml).toContain(`<LambdaFunctionARN>${to}<`);
  });

  test.each(['<!-- x -->', '<![CDATA[x]]>', '<!DOCTYPE x>'])(
    'refuses one with %s, where text may look like more',
    (what) => expect(withAssociations(`${what}${block(1, 'viewer-request')}`, change)).toBeUndefined(),
  );
});
