/** What a person reads about a rule: the link that it judges, why that one matters, and where to look. */
export interface RuleGuide {
  /** The two ends of the link. */
  readonly link: string;
  readonly why: string;
  /** Commands and files, most telling first. */
  readonly look: readonly string[];
}
