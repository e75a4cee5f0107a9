import { isSameWork, type Work } from '../../../capabilities/sessions/clients.ts';

/** How long each session has been at the same work, judged by the looks. */
export class WorkSince {
  readonly #known = new Map<number, { readonly work: Work; readonly at: number }>();

  /** In ms; `now` in clock ticks. 0 at the first look at new work. */
  atItMs(session: Work & { readonly id: number }, now: number): number {
    const known = this.#known.get(session.id);
    if (known && isSameWork(known.work, session)) return now - known.at;
    this.#known.set(session.id, { work: session, at: now });
    return 0;
  }
}
