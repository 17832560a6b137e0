import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../functions/platform/one-time-code.ts';
import { networkOf } from '../../../functions/platform/rate-limit.ts';

describe('whom an internet address stands for', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1:2:3:4%eth0', 'fe80:0:0:0'],
    [undefined, ''],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('two addresses of one IPv6 network are one caller, of two networks two', () => {
    expect(networkOf('2001:db8:1:2::5')).toBe(networkOf('2001:db8:1:2:ffff::9'));
    expect(networkOf('2001:db8:1:2::5')).not.toBe(networkOf('2001:db8:1:3::5'));
  });
});

describe('the digits of a MAC', () => {
  it('are six, with leading zeros', () => {
    expect(codeOf(Buffer.from('00000000000700', 'hex'))).toBe('000007');
    expect(codeOf(Buffer.from('ffffffffffff00', 'hex'))).toBe(String(0xffffffffffff % 1_000_000).padStart(6, '0'));
  });
});
