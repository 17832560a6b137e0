/** The clinic cannot start, or could not go on; the message is what the user must read, in a sentence or a few lines. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
