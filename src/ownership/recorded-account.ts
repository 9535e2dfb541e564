/** The account in which an instance was created, as status records it. */
export interface RecordedAccount {
  readonly uid: string;
  readonly baseUrl: string;
  readonly organizationId: string;
}
