/** One line for somebody who watches a switch. */
export interface ProgressLine {
  /** `phase`: MHA begins another one; `hook`: what our scripts say; `problem`: an error or a warning of MHA's. */
  readonly kind: 'phase' | 'hook' | 'problem';
  readonly text: string;
}

/**
 * Picks from MHA's output what an operator follows: its phases, what the hook scripts say, warnings and errors (the
 * wording is MasterRotate.pm's and MasterFailover.pm's). Told one line after another.
 */
export class Progress {
  #inHook = false;

  see(line: string): ProgressLine | undefined {
    const { level, text } = parsed(line);
    if (USUAL.test(text)) return undefined;
    const phase = phaseIn(text);
    if (phase) return this.#leave({ kind: 'phase', text: phase });
    if (HOOK_BEGINS.test(text)) this.#inHook = true;
    else if (this.#inHook && text === 'ok.') this.#inHook = false;
    else if (level === 'error' || level === 'warning') return { kind: this.#inHook ? 'hook' : 'problem', text };
    else if (this.#inHook && text !== '' && !text.includes('--command=')) return { kind: 'hook', text };
    return undefined;
  }

  #leave(line: ProgressLine): ProgressLine {
    this.#inHook = false;
    return line;
  }
}

const HOOK_BEGINS = /^Executing (master ip online change script|master IP (de)?activat\w* script|SHUTDOWN script)/;

/** Of which MHA warns each time, and which is as it should be: hardly anybody has that file. */
const USUAL = /^Global configuration file \S+ not found\. Skipping\.$/;

function parsed(line: string): { level: string; text: string } {
  const found = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} - \[(\w+)\]\s*(.*)$/s.exec(line);
  return { level: found?.[1] ?? '', text: (found?.[2] ?? line).trim() };
}

/** `Rejecting updates` of `* Phase 2: Rejecting updates Phase..`; undefined for any other line. */
function phaseIn(text: string): string | undefined {
  if (/completed\.?$/.test(text)) return undefined;
  const named =
    /^\* Phase [\d.]+: (.*?)(?: Phase)?\.*$/.exec(text) ?? /^\* (Switching slaves in parallel)\.*$/.exec(text);
  return named?.[1]?.trim();
}
