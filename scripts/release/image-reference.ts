/** The parts of an image reference; `tag` and `digest` may be absent. */
export interface ImageReference {
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Splits `registry:5000/name:tag@sha256:...`. */
export function parseImage(image: string): ImageReference {
  const [path = '', digest] = image.split('@');
  const colon = path.indexOf(':', path.lastIndexOf('/') + 1);
  return {
    name: colon === -1 ? path : path.slice(0, colon),
    ...(colon !== -1 && { tag: path.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}
