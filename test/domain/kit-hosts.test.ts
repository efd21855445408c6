import { expect, test } from 'vitest';
import { isLocal, refusalOfUrl } from '../../lambdas/domain/kit-hosts.ts';

const allowed = ['kong.example.com', '*.kits.example.com', '192.0.2.7', '[2001:db8::1]'];
const onAws = { allowed, mayBeLocal: false };

test.for([
  'https://kong.example.com:8444/admin',
  'https://KONG.example.com./',
  'https://eu.kits.example.com',
  'https://a.b.kits.example.com',
  'https://192.0.2.7:8444',
  'https://[2001:db8:0::1]',
])('%s may be asked', (url) => {
  expect(refusalOfUrl(url, onAws)).toBeUndefined();
});

test.for([
  'https://evil.example.com',
  'https://kong.example.com.evil.example',
  'https://xkong.example.com',
  'https://kits.example.com',
  'https://xkits.example.com',
  'https://kong.example.com@evil.example.com',
  'https://192.0.2.8',
  'https://[2001:db8::2]',
])('refuses %s, and says what is allowed', (url) => {
  expect(refusalOfUrl(url, onAws)).toMatch(/^given the host .*; this deployment allows kong\.example\.com, .*kitHosts/);
});

test('refuses every host where none is allowed, and says where to name one on this machine', () => {
  expect(refusalOfUrl('https://a.example', { allowed: [], mayBeLocal: false })).toContain('allows no host at all');
  expect(refusalOfUrl('https://a.example', { allowed: [], mayBeLocal: true })).toContain('Start this machine with');
});

const locals = [
  'http://127.0.0.1',
  'http://127.1:8001',
  'http://2130706433',
  'http://0x7f.1',
  'http://017700000001',
  'http://127.0.0.1.',
  'http://localhost:8001',
  'http://LOCALHOST.',
  'http://kong.localhost',
  'http://0.0.0.0',
  'http://0',
  'https://169.254.169.254',
  'https://169.254.170.2',
  'https://0xa9fea9fe',
  'https://[::1]',
  'https://[::]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:a9fe:a9fe]',
  'https://[::7f00:1]',
  'https://[fe80::1]',
  'https://[febf::1]',
  'https://[fd00:ec2::254]',
  'https://[64:ff9b::a9fe:a9fe]',
  'https://[2002:7f00:1::]',
];
test.for(locals)('refuses %s on AWS, even where it is named; on this machine it may be', (url) => {
  const host = new URL(url).hostname.replace(/\.$/, '');
  expect(refusalOfUrl(url, { allowed: [host], mayBeLocal: false })).toContain('the machine itself');
  expect(refusalOfUrl(url, { allowed: [host], mayBeLocal: true })).toBeUndefined();
});

test.for([
  '10.0.0.7',
  '192.168.1.1',
  '128.0.0.1',
  '169.253.0.1',
  '[fd00::1]',
  '[2001:db8::1]',
  'localhost.example.com',
])('%s is another machine', (host) => {
  expect(isLocal(host)).toBe(false);
});
