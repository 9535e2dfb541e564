/** The names of the provider on pages. */
export const PROVIDER = { product: 'Infusionsoft', vendor: 'Keap' } as const;
