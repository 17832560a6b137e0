import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureKey, pictureTypeOf } from '../../../../functions/messaging/core/picture.ts';

const png = '89504e470d0a1a0a0000000d49484452';
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('the type of a picture', () => {
  it.each([
    ['a PNG file', png, 'image/png'],
    ['a JPEG file of a camera', 'ffd8ffe1', 'image/jpeg'],
    ['a JPEG file of a program', 'ffd8ffe0', 'image/jpeg'],
    ['a GIF file that moves', '474946383961', 'image/gif'],
    ['a GIF file of old', '474946383761', 'image/gif'],
    ['the signature of PNG and no picture', png.slice(0, 16), undefined],
    ['a PNG file whose line breaks were changed on the way', png.replace('0d0a', '0a'), undefined],
    ['half a signature of JPEG', 'ffd8', undefined],
    ['another version of GIF', '474946383861', undefined],
    ['a WebP file', '524946462400000057454250', undefined],
    ['a HEIC file, as phones make them', '000000186674797068656963', undefined],
    ['an SVG file', '3c737667', undefined],
    ['an empty file', '', undefined],
  ])('%s', (_, hex, type) => {
    expect(pictureTypeOf(bytes(hex))).toBe(type);
  });

  it('is said by the first bytes, whatever follows, and by nothing before them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 1, max: 255 }), (rest, first) => {
        expect(pictureTypeOf(Uint8Array.from([...bytes(png), ...rest]))).toBe('image/png');
        fc.pre(first !== 0x89);
        expect(pictureTypeOf(Uint8Array.from([first, ...bytes(png).subarray(1), ...rest]))).toBeUndefined();
      }),
    );
  });

  it('is the ending of its file, beside the other pictures of its clinic', () => {
    expect(pictureKey('cli_1', { id: 'pic_1', type: 'image/jpeg' })).toBe('pictures/cli_1/pic_1.jpg');
  });
});
