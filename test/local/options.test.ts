import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../lib/local/options.ts';
import { OptionRefused } from '../../lib/local/read-flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'options-'));
writeFileSync(join(folder, 'gateways.json'), '{}');
writeFileSync(join(folder, 'cert.pem'), 'cert');
writeFileSync(join(folder, 'key.pem'), 'key');
const parse = (...args: string[]) => parseOptions(args, folder, {});

describe('The command line', () => {
  it('listens on loopback and keeps its data unless told otherwise', () => {
    expect(parse()).toMatchObject({
      address: '127.0.0.1',
      policyCheckPort: 8080,
      awsPort: 4566,
      consolePort: 8090,
      once: false,
      tls: undefined,
      gatewaysFile: join(folder, 'gateways.json'),
    });
    expect(parse()).not.toMatchObject({ dataFolder: undefined });
  });

  it('takes every documented flag', () => {
    expect(
      parse(
        '--data',
        folder,
        '--port',
        '0',
        '--aws-port',
        '1',
        '--console-port',
        '65535',
        '--once',
        '--report',
        'r.json',
      ),
    ).toMatchObject({
      dataFolder: folder,
      policyCheckPort: 0,
      awsPort: 1,
      consolePort: 65_535,
      once: true,
      reportFile: join(process.cwd(), 'r.json'),
    });
    expect(parse('--ephemeral')).toMatchObject({ dataFolder: undefined });
    expect(parse()).toMatchObject({ demoRequestsPerSecond: 240, logsChecks: false });
    expect(parse('--log-checks')).toMatchObject({ logsChecks: true });
    expect(parse('--demo-rate', '24')).toMatchObject({ demoRequestsPerSecond: 24 });
    expect(parse()).toMatchObject({ logTo: 'file', logLevel: 'INFO' });
    expect(parse('--log', 'stdout', '--log-level', 'warn')).toMatchObject({ logTo: 'stdout', logLevel: 'WARN' });
    expect(parse('--help')).toBe('help');
  });

  it('refuses a place or a level of the log that there is not, and two that exclude each other', () => {
    expect(() => parse('--log', 'journal')).toThrow('--log is "journal": allowed is file or stdout.');
    expect(() => parse('--log-level', 'debug')).toThrow('--log-level is "debug": allowed is info or warn or error.');
    expect(() => parse('--log-checks', '--log-level', 'error')).toThrow(/give one of them/);
  });

  it('opens the policy check to other machines only with a certificate', () => {
    expect(() => parse('--listen', '0.0.0.0')).toThrow(/--tls-cert and --tls-key are needed/);
    expect(
      parse('--listen', '0.0.0.0', '--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')),
    ).toMatchObject({ address: '0.0.0.0', tls: { cert: Buffer.from('cert'), key: Buffer.from('key') } });
  });

  it.each([
    [['--prot', '1'], /Unknown option '--prot'/],
    [['surplus'], /Unexpected argument 'surplus'/],
    [['--port', 'http'], /--port is "http": a port is a number from 0 to 65535/],
    [['--aws-port', '65536'], /--aws-port is "65536"/],
    [['--port'], /--port/],
    [['--demo-rate', '0'], /--demo-rate is "0": allowed is a whole number of requests per second from 1 to 1000/],
    [['--gateways', '/does/not/exist.json'], /--gateways names "\/does\/not\/exist.json", which does not exist/],
    [['--report', '/does/not/exist/r.json'], /the folder \/does\/not\/exist does not exist/],
    [['--ephemeral', '--data', folder], /give one of them/],
    [['--tls-cert', join(folder, 'cert.pem')], /go together/],
    [['--tls-cert', '/none', '--tls-key', '/none'], /cannot be read/],
  ])('refuses %j in one line', (args, message) => {
    expect(() => parse(...args)).toThrow(OptionRefused);
    expect(() => parse(...args)).toThrow(message);
    try {
      parse(...args);
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});

it('keeps its data where GATEWAY_CREDENTIALS_DATA says, unless --data says otherwise', () => {
  const environment = { GATEWAY_CREDENTIALS_DATA: '/from-the-environment' };
  expect(parseOptions([], folder, environment)).toMatchObject({ dataFolder: '/from-the-environment' });
  expect(parseOptions(['--data', '/typed'], folder, environment)).toMatchObject({ dataFolder: '/typed' });
  expect(parseOptions(['--ephemeral'], folder, environment)).toMatchObject({ dataFolder: undefined });
});
