import type { GuardianMark } from '../../capabilities/journal/claim/holding.ts';

/** How `stop` sees the guardian of its switch; see index.ts. */
export interface Guardian {
  /** A process of its own, for the claim; undefined if it is the wrapper, which holds the claim with MHA anyway. */
  readonly mark: GuardianMark | undefined;
  /** Where it logs, if it is a process of its own. */
  readonly log?: string;
  /** Resolves once it watches, with what it could not do yet. @throws Error that says why it does not */
  ready(): Promise<readonly string[]>;
  /** To be called right before the first account in use is shut out: from here on the outage counts. */
  shutOut(): void;
  /** `stop` has done its work, and MHA goes on. */
  done(): void;
  /** `stop` has failed, and put back what it could. */
  failed(): void;
}
