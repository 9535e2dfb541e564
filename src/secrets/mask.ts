/** The value by which the API hides a secret in what it returns (exactly eight asterisks). Never compared, never sent back. */
export const MASKED = '********';
