// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is CloudFormation's own syntax
import { describe, expect, it } from 'vitest';
import { resolverFor, Unresolved } from '../../../lib/emulator/cloudformation/template.ts';

const resolve = resolverFor(
  new Map([['Table', { ref: 'table-name', attributes: { Arn: 'arn:aws:dynamodb:here:1:table/table-name' } }]]),
  { 'AWS::Region': 'here' },
);

describe('The reader of the template', () => {
  it.each([
    [{ Ref: 'Table' }, 'table-name'],
    [{ Ref: 'AWS::Region' }, 'here'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:here:1:table/table-name'],
    [{ 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:here:1:table/table-name'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 1]] }, 'a-table-name-1'],
    [
      { 'Fn::Sub': 'x/${Table}/${Table.Arn}/${!Literal}' },
      'x/table-name/arn:aws:dynamodb:here:1:table/table-name/${!Literal}',
    ],
    [{ 'Fn::Sub': ['${Mine}', { Mine: { Ref: 'Table' } }] }, 'table-name'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Table', 'Arn'] }] }] }, 'aws'],
    [
      { Deep: [{ Ref: 'Table' }], Number: 3, Null: null },
      { Deep: ['table-name'], Number: 3, Null: null },
    ],
  ])('resolves %j', (given, expected) => {
    expect(resolve(given)).toEqual(expected);
  });

  it.each([
    [{ Ref: 'Nobody' }, 'Ref Nobody has no value on this machine.'],
    [{ 'Fn::GetAtt': ['Table', 'StreamArn'] }, 'Fn::GetAtt Table.StreamArn has no value on this machine.'],
    [{ 'Fn::ImportValue': 'other' }, 'Fn::ImportValue is not resolved on this machine.'],
  ])('refuses %j instead of passing it over', (given, message) => {
    expect(() => resolve(given)).toThrow(Unresolved);
    expect(() => resolve(given)).toThrow(message);
  });
});
