export interface ProgressLine {
  /** `phase`: MHA begins one; `hook`: output of our scripts; `problem`: an error or a warning of MHA. */
  readonly kind: 'phase' | 'hook' | 'problem';
  readonly text: string;
}

/**
 * Picks from MHA's output, line by line, what an operator needs: phases, the output of the hook scripts, warnings and
 * errors (the wording is that of MasterRotate.pm and MasterFailover.pm).
 */
export class Progress {
  #inHook = false;

  see(line: string): ProgressLine | undefined {
    const { level, text } = parsed(line);
    if (USUAL.test(text)) return undefined;
    const phase = phaseIn(text);
    if (phase) {
      this.#inHook = false;
      return { kind: 'phase', text: phase };
    }
    if (HOOK_BEGINS.test(text)) this.#inHook = true;
    else if (this.#inHook && text === 'ok.') this.#inHook = false;
    else if (level === 'error' || level === 'warning') return { kind: this.#inHook ? 'hook' : 'problem', text };
    else if (this.#inHook && text !== '' && !text.includes('--command=')) return { kind: 'hook', text };
    return undefined;
  }
}

const HOOK_BEGINS = /^Executing (master ip online change script|master IP (de)?activat\w* script|SHUTDOWN script)/;

/** A warning that means nothing: hardly anybody has that file. */
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
