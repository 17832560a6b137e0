import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress, mayVisit } from '../../../functions/platform/public-address.ts';

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '192.169.0.1',
    '100.63.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::200e',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:8.8.8.8',
    '64:ff9b::a9fe:a9fe',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::1',
    '',
    'localhost',
    '1.1.1',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('no IPv4 address is public in any IPv6 spelling of it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(false);
      }),
    );
  });
});

describe('mayVisit', () => {
  it.each(['https://calendar.example.com/a.ics', 'https://calendar.example.com:443/a?b=c', 'https://1.1.1.1/'])(
    '%s: yes',
    (url) => {
      expect(mayVisit(new URL(url))).toBe(true);
    },
  );

  it.each([
    'http://calendar.example.com/',
    'ftp://calendar.example.com/',
    'file:///etc/passwd',
    'https://calendar.example.com:8443/',
    'https://user:secret@calendar.example.com/',
    'https://localhost/',
    'https://metadata/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[fd00:ec2::254]/',
    'http://127.0.0.1/',
  ])('%s: no', (url) => {
    expect(mayVisit(new URL(url))).toBe(false);
  });

  it('plain HTTP, where it is allowed, leads to this machine only', () => {
    expect(mayVisit(new URL('http://127.0.0.1:8080/a.ics'), true)).toBe(true);
    for (const url of ['http://10.0.0.1/', 'http://localhost/', 'http://example.com/', 'https://127.0.0.1/']) {
      expect(mayVisit(new URL(url), true), url).toBe(false);
    }
  });
});
