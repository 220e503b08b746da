/** What a policy does with a Pod that breaks it. */
export enum PolicyMode {
  /** Refuses it, and notes it in the audit log. */
  ENFORCE = 'ENFORCE',
  /** Lets it through with a warning to whoever created it, and notes it in the audit log: for trying out. */
  AUDIT = 'AUDIT',
}
