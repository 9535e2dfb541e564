/** `change`: a person or the remote side did something; `resync`: only a look whether all is well. */
export type Priority = 'change' | 'resync';
