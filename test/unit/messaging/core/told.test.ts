import { expect, it } from 'vitest';
import { withoutText } from '../../../../functions/messaging/core/told.ts';

const visit = (sequence: number) => ({ appointmentId: 'apt_1', sequence });
const day = (messageId: string) => ({ messageId, on: '2026-11-24' });
const question = (messageId: string) => ({ messageId, kind: 'confirm' });
const other = question('other');

it('counts on no day, asks nothing, and what it took the place of stands again', () => {
  const standing = {
    sentDays: [day('earlier'), day('late')],
    openQuestions: [other, question('late')],
    lastVisit: visit(1),
    replaced: { messageId: 'late', lastVisit: visit(0), question: question('earlier') },
  };
  expect(withoutText(standing, 'late')).toEqual({
    sentDays: [day('earlier')],
    openQuestions: [other, question('earlier')],
    lastVisit: visit(0),
    replaced: undefined,
  });
});

it('a question that was answered meanwhile stays closed, and one that replaced nothing leaves none', () => {
  const standing = {
    openQuestions: [other],
    lastVisit: visit(1),
    replaced: { messageId: 'late', question: question('earlier') },
  };
  expect(withoutText(standing, 'late')).toMatchObject({ openQuestions: [other], lastVisit: undefined });
  const first = { openQuestions: [question('late')], replaced: { messageId: 'late' } };
  expect(withoutText(first, 'late')).toMatchObject({ openQuestions: [] });
});

it('what a later text told stays', () => {
  const replaced = { messageId: 'later', lastVisit: visit(1) };
  const standing = { openQuestions: [question('late'), other], lastVisit: visit(2), replaced };
  expect(withoutText(standing, 'late')).toEqual({ ...standing, openQuestions: [other] });
});

it('changes nothing that a text left nothing on', () => {
  const standing = { sentDays: [day('earlier')], openQuestions: [other] };
  expect(withoutText(standing, 'late')).toBe(standing);
});
