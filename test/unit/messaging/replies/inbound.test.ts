import { describe, expect, it } from 'vitest';
import { parseInbound } from '../../../../functions/messaging/replies/inbound.ts';
import { parseRef } from '../../../../functions/messaging/sending/hint.ts';

const event = {
  originationNumber: '+17205550142',
  destinationNumber: '+17205550100',
  messageKeyword: 'KEYWORD_000000000000',
  messageBody: 'C',
  inboundMessageId: 'cae173d2-66b9-564c-8309-21f858e9fb84',
  previousPublishedMessageId: 'wJalrXUt',
};

describe('parseInbound', () => {
  it('reads an event as AWS documents it', () => {
    expect(parseInbound(event)).toEqual({
      from: '+17205550142',
      to: '+17205550100',
      body: 'C',
      inboundMessageId: event.inboundMessageId,
    });
  });

  it('adds the plus sign that RCS leaves out', () => {
    expect(parseInbound({ ...event, originationNumber: '17205550142' })).toMatchObject({ from: '+17205550142' });
  });

  it('keeps an empty text and one of braces that is no RCS event', () => {
    expect(parseInbound({ ...event, messageBody: '' })).toMatchObject({ body: '' });
    expect(parseInbound({ ...event, messageBody: '{not json' })).toMatchObject({ body: '{not json' });
    expect(parseInbound({ ...event, messageBody: '{"pain":7}' })).toMatchObject({ body: '{"pain":7}' });
  });

  it('keeps what RCS sends without words, and half an emoji', () => {
    const place = '{"type":"LOCATION","latitude":39.7}';
    expect(parseInbound({ ...event, messageBody: place })).toMatchObject({ body: place });
    expect(parseInbound({ ...event, messageBody: 'ow \ud83d' })).toMatchObject({ body: 'ow \ufffd' });
  });

  it.each(['12345', 'AMAZON'])('knows that %s is no phone', (originationNumber) => {
    expect(parseInbound({ ...event, originationNumber })).toMatchObject({ from: undefined });
  });

  it.each(['7205550142', '(720) 555-0142', '+0123456789', '+1720555014212345', '720 555 0142'])(
    'guesses no country for %s: a human must look',
    (originationNumber) => expect(() => parseInbound({ ...event, originationNumber })).toThrow(),
  );

  it.each([
    ['nothing', undefined],
    ['a list', []],
    ['no body', { ...event, messageBody: undefined }],
    ['no id', { ...event, inboundMessageId: '' }],
    ['an id that would break a key', { ...event, inboundMessageId: 'a#b' }],
    ['a destination that is no number', { ...event, destinationNumber: 'clinic' }],
    ['a body no text can have', { ...event, messageBody: 'x'.repeat(20_001) }],
  ])('refuses %s', (_, garbled) => {
    expect(() => parseInbound(garbled)).toThrow();
  });
});

describe('parseRef', () => {
  const ref = { clinicId: 'cli_01K8Z3V9Q4M7T2W6X5Y1N0R8PA', messageId: 'apt_1#reminder-72h#0' };

  it('reads what a use case put on the queue', () => {
    expect(parseRef(JSON.stringify(ref))).toEqual(ref);
  });

  it.each([
    '',
    '{}',
    JSON.stringify({ ...ref, more: 1 }),
    JSON.stringify({ ...ref, clinicId: 'cli_1' }),
    JSON.stringify({ ...ref, messageId: 'apt_1' }),
  ])('refuses %s', (body) => {
    expect(() => parseRef(body)).toThrow();
  });
});
