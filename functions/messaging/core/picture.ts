/**
 * Pictures that go with texts: what AWS End User Messaging takes as MMS (one part; GIF, JPEG and PNG of up to 2 MB), by
 * docs.aws.amazon.com/sms-voice/latest/userguide/mms-limitations-character.html.
 */

/** What may be sent, with the ending of its file. */
export const PICTURE_TYPES = { 'image/gif': 'gif', 'image/jpeg': 'jpg', 'image/png': 'png' } as const;
export type PictureType = keyof typeof PICTURE_TYPES;

/** Whoever counts a megabyte as a million bytes takes it, and who counts 2^20 too. */
export const maxPictureBytes = 2_000_000;

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));

/** How a file of each type begins: GIF89a and GIF87a; JPEG's start of image and the marker after it; PNG's signature and its first chunk. */
const signatures: readonly (readonly [PictureType, readonly number[]])[] = [
  ['image/gif', ascii('GIF87a')],
  ['image/gif', ascii('GIF89a')],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a, 0, 0, 0, 13, ...ascii('IHDR')]],
];

/** What a file is by its own first bytes, whatever it is called; undefined for what no carrier takes. */
export const pictureTypeOf = (file: Uint8Array): PictureType | undefined =>
  signatures.find(([, first]) => first.every((byte, index) => file[index] === byte))?.[0];

/** Where a picture lies in the documents bucket. */
export const pictureKey = (clinicId: string, { id, type }: { readonly id: string; readonly type: PictureType }) =>
  `pictures/${clinicId}/${id}.${PICTURE_TYPES[type]}`;
