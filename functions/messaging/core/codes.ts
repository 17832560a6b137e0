/** The code of the nth thing we ask about, as our texts write it. A letter first, so that it is no answer to a question about a number. */
export const codeOf = (index: number): string => `V${index + 1}`;
