import type { Caller } from '../../platform/actor.ts';
import { type Id, newId } from '../../platform/ids.ts';
import { badFields, found, Problem } from '../../platform/problem.ts';
import { createDocument } from '../../platform/store/documents.ts';
import { type TransactItem, transact } from '../../platform/store/records.ts';
import { maxPictureBytes, pictureKey, pictureTypeOf } from '../core/picture.ts';
import { getPicture, type Picture, pictureItem, picturesOf } from './picture-store.ts';

type Commit = (items: readonly TransactItem[], after: PictureView) => Promise<void>;

/** A picture as staff see it. */
export type PictureView = Omit<Picture, 'clinicId'>;

/** A clinic's pictures that texts may take along, by title. */
export const listPictures = async (clinicId: Id<'clinic'>): Promise<readonly PictureView[]> =>
  (await picturesOf(clinicId))
    .filter(({ status }) => status === 'active')
    .toSorted((one, other) => one.title.localeCompare(other.title, 'en'))
    .map(viewOf);

/**
 * Takes a picture in: the file first, then its record, so that no record is without its file. What fails in between leaves a file that
 * nothing names.
 * @throws Problem `bad-input` for what is no picture that carriers take
 */
export const addPicture = async (
  caller: Caller,
  { title, base64 }: { readonly title: string; readonly base64: string },
  commit: Commit = transact,
): Promise<PictureView> => {
  const file = Buffer.from(base64, 'base64');
  // Node skips what is not base64: a file that does not come out as it went in was not whole.
  if (file.toString('base64') !== base64) throw refused('Expected the file in base64, without line breaks');
  if (file.length > maxPictureBytes) throw refused(`Expected a file of at most ${maxPictureBytes} bytes`);
  const type = pictureTypeOf(file);
  if (type === undefined) throw refused('Expected a GIF, JPEG or PNG file: carriers take no other picture');
  const { clinicId } = caller;
  const id = newId('picture', caller.now);
  await createDocument(pictureKey(clinicId, { id, type }), file, type);
  const picture: Picture = { id, clinicId, title, type, bytes: file.length, status: 'active', rev: 1 };
  await commit([pictureItem(caller, picture)], viewOf(picture));
  return viewOf(picture);
};

/**
 * Retires a picture: from the next claim on no text takes it along; the words go as before.
 * @throws Problem `not-found`; `invalid-state` where it is retired already; `stale`
 */
export const retirePicture = async (
  caller: Caller,
  { pictureId, ifMatch }: { readonly pictureId: Id<'picture'>; readonly ifMatch?: number | undefined },
  commit: Commit = transact,
): Promise<PictureView> => {
  const before = found(await getPicture(caller.clinicId, pictureId), 'picture');
  if (ifMatch !== undefined && ifMatch !== before.rev) throw new Problem('stale', 'Read it again and repeat.');
  if (before.status === 'retired') throw new Problem('invalid-state', 'It is retired already.');
  const after: Picture = { ...before, status: 'retired', rev: before.rev + 1 };
  await commit([pictureItem(caller, after)], viewOf(after));
  return viewOf(after);
};

const viewOf = ({ clinicId: _, ...picture }: Picture): PictureView => picture;

const refused = (message: string): Problem => badFields([{ field: 'body.base64', message }]);
