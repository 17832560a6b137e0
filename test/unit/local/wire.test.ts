import { describe, expect, it } from 'vitest';
import { readInput, sendMediaInput, sendTextInput, WireError } from '../../../local/carrier/wire.ts';

const good = { DestinationPhoneNumber: '+12065550142', MessageBody: 'Hello' };

function refusal(schema: Parameters<typeof readInput>[0], input: unknown): WireError {
  try {
    readInput(schema, JSON.stringify(input));
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error('The input was accepted.');
}

describe('input of SendTextMessage', () => {
  it.each([
    ['the longest text', { ...good, MessageBody: 'x'.repeat(1600) }],
    ['a number without plus', { ...good, DestinationPhoneNumber: '12065550142' }],
    ['the shortest and longest time to live', { ...good, TimeToLive: 5 }],
    ['the longest time to live', { ...good, TimeToLive: 259_200 }],
    ['five entries of context', { ...good, Context: { a: '1', b: '2', c: '3', d: '4', e: '5' } }],
    ['a price of cents', { ...good, MaxPrice: '0.05' }],
    ['a pool', { ...good, OriginationIdentity: 'arn:aws:sms-voice:us-east-1:000000000000:pool/pool-0a1b' }],
  ])('accepts %s', (_, input) => {
    expect(readInput(sendTextInput, JSON.stringify(input))).toMatchObject(input);
  });

  it.each([
    ['DestinationPhoneNumber', 'no number', { MessageBody: 'Hello' }],
    ['DestinationPhoneNumber', 'letters', { ...good, DestinationPhoneNumber: '+1206FLOWERS' }],
    ['DestinationPhoneNumber', 'a number that starts with 0', { ...good, DestinationPhoneNumber: '+0206555014' }],
    ['DestinationPhoneNumber', '21 characters', { ...good, DestinationPhoneNumber: `+${'1'.repeat(20)}` }],
    ['MessageBody', 'no text', { DestinationPhoneNumber: '+12065550142' }],
    ['MessageBody', 'an empty text', { ...good, MessageBody: '' }],
    ['MessageBody', 'a text of blanks', { ...good, MessageBody: ' \n\t' }],
    ['MessageBody', '1601 characters', { ...good, MessageBody: 'x'.repeat(1601) }],
    ['TimeToLive', 'four seconds', { ...good, TimeToLive: 4 }],
    ['TimeToLive', 'more than 72 hours', { ...good, TimeToLive: 259_201 }],
    ['TimeToLive', 'half a second more', { ...good, TimeToLive: 5.5 }],
    ['Context', 'six entries', { ...good, Context: { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' } }],
    ['Context', 'a key with a space', { ...good, Context: { 'a b': '1' } }],
    ['Context', 'a value that ends with a space', { ...good, Context: { a: '1 ' } }],
    ['Context', 'a value of 801 characters', { ...good, Context: { a: 'x'.repeat(801) } }],
    ['MessageType', 'another type', { ...good, MessageType: 'URGENT' }],
    ['MaxPrice', 'a price without a point', { ...good, MaxPrice: '10' }],
  ])('names %s when it gets %s', (field, _, input) => {
    const error = refusal(sendTextInput, input);

    expect(error).toMatchObject({ type: 'ValidationException', status: 400 });
    expect(error.members.Reason).toBe('FIELD_VALIDATION_FAILED');
    expect(error.members.Fields).toEqual([expect.objectContaining({ Name: field })]);
  });

  it('answers text that is no JSON with a SerializationException', () => {
    expect(() => readInput(sendTextInput, '{')).toThrow(expect.objectContaining({ type: 'SerializationException' }));
  });
});

describe('input of SendMediaMessage', () => {
  it('needs to know which number it comes from', () => {
    const error = refusal(sendMediaInput, { DestinationPhoneNumber: '+12065550142' });

    expect(error.members.Fields).toEqual([expect.objectContaining({ Name: 'OriginationIdentity' })]);
  });

  it('takes media from S3 only', () => {
    const input = { ...good, OriginationIdentity: '+12065550100', MediaUrls: ['https://example.com/a.png'] };

    expect(refusal(sendMediaInput, input).members.Fields).toEqual([expect.objectContaining({ Name: 'MediaUrls' })]);
  });
});
