/** The flags of Node.js in the image and in `npm start`; a test compares them with both. */
export const IMAGE_FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=50'] as const;
