/** The HTTP client of methods that the operator overrides. */
export const instance = {
  request(): never {
    throw new Error('The operator does not call the status methods of its base class.');
  },
};
