import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  get,
  queryAll,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../../platform/store/records.ts';
import type { PictureType } from '../core/picture.ts';

/** A picture that may go with a text, such as how an exercise is done. The file lies in the documents bucket, see `pictureKey`. */
export interface Picture {
  readonly id: Id<'picture'>;
  readonly clinicId: Id<'clinic'>;
  readonly title: string;
  /** As the file's own bytes say. */
  readonly type: PictureType;
  readonly bytes: number;
  /** A retired one goes with no text any more; the file is kept. */
  readonly status: 'active' | 'retired';
  readonly rev: number;
}

const PictureEntity = new Entity({
  name: 'Picture',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    pictureId: string().key(),
    title: string(),
    type: string().enum('image/gif', 'image/jpeg', 'image/png'),
    bytes: number(),
    status: string().enum('active', 'retired'),
  }),
  computeKey: ({ clinicId, pictureId }) => ({ pk: partitionOf(clinicId), sk: pictureId }),
});

const partitionOf = (clinicId: string): string => `clinic#${clinicId}#picture`;

const toPicture = ({ pictureId, clinicId, title, type, bytes, status, rev }: FormattedItem<typeof PictureEntity>) => ({
  id: pictureId as Id<'picture'>,
  clinicId: clinicId as Id<'clinic'>,
  title,
  type,
  bytes,
  status,
  rev,
});

/** Writes a picture's record: its first revision, or in place of the one before `rev`. */
export const pictureItem = (caller: Caller, { id: pictureId, ...rest }: Picture): TransactItem =>
  save(PictureEntity, { ...rest, ...stampOf(caller), pictureId }, rest.rev);

export const getPicture = async (clinicId: Id<'clinic'>, pictureId: Id<'picture'>): Promise<Picture | undefined> => {
  const stored = await get(PictureEntity, { clinicId, pictureId });
  return stored && toPicture(stored);
};

/** All of a clinic's: some dozens. */
export const picturesOf = async (clinicId: Id<'clinic'>): Promise<readonly Picture[]> =>
  (await queryAll(PictureEntity, { partition: partitionOf(clinicId) })).map(toPicture);
